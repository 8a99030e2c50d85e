// The other pictures: the same words, other noise. They are made meanwhile, one after the other, and come when they come.

import { lost, reel, whole } from "./reel.js"

const AGAIN = 6000 // ms until they are asked for again, where the machine had no time

let present = null

/**
 * The visitor's picture `one` and its rivals, asked for once: `{all, expected, stalled, on(hear)}`. `all` grows; only one of
 * them is listened to at a time, since a browser opens few lines to a machine.
 */
export function others(kit, one) {
  const { visit } = kit
  if (!visit.id) return { all: [one], expected: 1, on: () => () => {} } // nobody is here any more
  if (!visit.rivals) {
    close()
    present = visit.rivals = begun(kit, visit, one)
  }
  return visit.rivals
}

/** What the visitor's screens speak of: a recording, where nothing else is there; else the picture they made, or keep. */
export function own(kit) {
  const { film, rivals, exposure } = kit.visit
  return film ?? rivals?.all.find((one) => one.exposure === exposure) ?? kit.reel(exposure)
}

/** Hang up. */
export function close() {
  present?.close()
  present = null
}

/** What a visit knows of the picture before, and of its rivals, goes when another is asked for. */
export function anew() {
  close()
  return { rivals: undefined, others: undefined, kept: undefined, judged: undefined, film: undefined }
}

function begun(kit, visit, one) {
  const hearers = new Set()
  const told = () => hearers.forEach((hear) => hear())
  const here = { all: [one], expected: 4, stalled: false, on, close: hangUp }
  let [closed, timer] = [false, null]

  function on(hear) {
    hearers.add(hear)
    return () => hearers.delete(hear)
  }

  async function ask() {
    try {
      const { exposures } = await kit.post(`/visits/${visit.id}/others`, { exposure: one.exposure })
      if (closed) return
      visit.others = exposures
      here.stalled = false
      here.expected = 1 + exposures.length
      for (const id of exposures) await came(id)
    } catch ({ problem }) {
      if (closed || problem === "VisitOver") return
      here.stalled = true
      told()
      if (problem !== "EnoughMade") timer = setTimeout(ask, AGAIN)
    }
  }

  /** Listen to one until it is over. */
  function came(id) {
    return new Promise((done) => {
      if (closed) return
      const rival = reel(id)
      here.all.push(rival)
      rival.on(() => {
        told()
        if (whole(rival) || lost(rival)) done()
      })
      told()
    })
  }

  function hangUp() {
    closed = true
    clearTimeout(timer)
    hearers.clear()
    here.all.slice(1).forEach((rival) => rival.close())
  }

  ask()
  return here
}
