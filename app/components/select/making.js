// The candidates being made: one is followed after the other, since a server gives a browser few streams at once.

import { el } from "../chain/dom.js"
import { absorb, blank, newestPicture, stepsIn } from "../chain/run.js"
import { listen } from "../chain/stream.js"

const AGAIN = 2000 // ms until a server that did not answer is asked again

export function making(page) {
  const { speak } = page
  const line = el("p", { class: "status", role: "status", "aria-live": "polite" })
  const detail = el("p", { class: "note computed" })
  const stop = el("button", { type: "button", class: "act cancel", hidden: true, onclick: () => halt() }, speak.say("cancel"))
  const node = el("div", { class: "making", hidden: true }, el("div", {}, line, detail), stop)
  let [of, following, timer, deaf] = [null, null, null, () => {}] // the batch, and the one of it that is listened to

  const halt = () => page.trying(async () => {
    const coming = page.coming().toReversed() // the last first, so that none begins meanwhile
    for (const { id } of coming) await fetch("/darkroom/cancel", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ exposure: id }) })
  })

  /** How all stand. A server that does not answer is asked again; a batch that it refuses is gone. `last` is the one whose end was heard. */
  async function read(last = null) {
    clearTimeout(timer)
    const batch = of
    const told = await page.web.read(`/select/${batch}.json`).catch((refusal) => refusal)
    if (batch !== of) return
    if (told.problem) {
      leave()
      return page.drop(told)
    }
    if (!told.batch) return again(last)
    page.settle(told)
    const [next] = page.coming()
    if (next && next.id === last) timer = setTimeout(() => read(last), 1000) // its last word came before its record
    else if (!next || next.id !== following) follow(next)
  }

  function again(last = null) {
    page.change({ lost: true })
    clearTimeout(timer)
    timer = setTimeout(() => read(last), AGAIN)
  }

  function leave() {
    deaf()
    clearTimeout(timer)
    ;[of, following, deaf] = [null, null, () => {}]
  }

  /** Listen to the first that is to come; when it is over, it is read how all stand, and the next is listened to. */
  function follow(next) {
    deaf()
    ;[following, deaf] = [next?.id ?? null, () => {}]
    if (!next) return page.change({ live: null })
    const run = blank(next.id)
    const told = () => page.change({ lost: false, live: { id: next.id, picture: newestPicture(run), step: stepsIn(run), of: run.steps.find(Boolean)?.data.of, state: run.state, position: run.position } })
    deaf = listen(`/exposures/${next.id}/events`, {
      onSource: () => {},
      onStage: (event) => {
        if (event.exposure === run.exposure) absorb(run, event)
        told()
      },
      onEnd: () => read(next.id),
      onLost: () => again(),
      onUnknown: () => read(next.id),
    })
    told()
  }

  function sentence() {
    const { batch, live } = page
    if (page.lost) return speak.say("lost")
    const coming = page.coming()
    if (coming.length) {
      const { number } = batch.candidates.find((one) => one.id === live?.id) ?? coming[0]
      if (live?.state === "waiting" && live.position) return speak.count("state_waiting", live.position)
      return speak.say("making_next", { number, of: batch.of })
    }
    const made = page.made().length
    const missing = batch.of - made
    return [speak.count("made_all", made), missing > 0 && speak.count("not_made", missing)].filter(Boolean).join(" ")
  }

  return {
    node,
    /** Read a batch, and follow what is to come of it. */
    enter(batch) {
      leave()
      of = batch
      return read()
    },
    close: leave,
    update() {
      node.hidden = !page.batch && !page.lost
      if (node.hidden) return
      const said = sentence()
      if (line.textContent !== said) line.textContent = said
      const { live } = page
      detail.textContent = live?.of ? speak.say("step_of", { step: live.step, of: live.of }) : ""
      detail.hidden = !detail.textContent
      stop.hidden = !page.coming().length
    },
  }
}
