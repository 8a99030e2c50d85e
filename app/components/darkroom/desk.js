// The desk: what is known of the exposure that is open, what is looked at, what is about to be altered.
// Every part of the page reads it and asks it to act; after each change they are drawn anew.

import { beforePaint } from "../chain/dom.js"
import { server, shelf } from "./api.js"
import { bench } from "./bench.js"
import { places, reached } from "./places.js"
import { runs } from "./runs.js"

const GROWING = new Set(["running", "waiting"])
const OVER = new Set(["finished", "failed"])

export function desk(data, speak) {
  const web = server(data.lang)
  const parts = []
  let callOff = null

  const state = {
    speak, web, data,
    shot: null, // the exposure, as /darkroom/{id}.json has it
    cursor: 0, // the place that is looked at
    way: "clean", // clean, latents, channels, guidance
    word: null, // whose attention is laid over the picture
    light: null, // another map laid over it: {src, caption}
    other: null, // B: {id, key, name}
    compare: "wipe", // wipe or difference
    breaks: new Set(),
    live: new Map(), // step -> event of a run that happens now
    written: false, // whether the open exposure has a record that can be read
    playing: null,
    position: null, // in the queue
    notice: null, // {text, calm, act}
    busy: false,
    side: "alter",
    tab: "words",
  }

  state.places = () => places(state.shot?.of ?? 0)
  state.place = () => state.places()[Math.min(state.cursor, state.places().length - 1)]
  state.head = () => (state.shot ? reached(state.shot) : -1)
  state.running = () => Boolean(state.shot) && GROWING.has(state.shot.state)
  state.resumable = () => Boolean(state.shot) && !OVER.has(state.shot.state) && !state.running()
  state.shelf = shelf(web.read)

  state.draw = () => {
    callOff ??= beforePaint(() => {
      callOff = null
      parts.forEach((part) => part.update())
    })
  }
  state.change = (patch) => {
    Object.assign(state, patch)
    state.draw()
  }
  state.add = (...more) => parts.push(...more)
  state.note = (text, more = {}) => state.change({ notice: text ? { text, ...more } : null })

  /** Look at another place: never beyond the head. */
  state.look = (to) => {
    const cursor = Math.max(0, Math.min(to, state.head()))
    if (cursor !== state.cursor) state.change({ cursor, light: null })
  }

  state.reveal = () => {} // bring the picture into sight; the stage knows how

  state.toggleBreak = (key) => {
    const breaks = new Set(state.breaks)
    breaks.has(key) ? breaks.delete(key) : breaks.add(key)
    state.change({ breaks })
  }

  /** Whose record holds a step (-1 for chance): while a branch is not written yet, its inherited ones are its parent's. */
  state.home = (id, step) => (id === state.shot?.id && !state.written && state.shot.parent && step < state.shot.branch_step ? state.shot.parent : id)

  /** A step's event: from the live run, else from the server. */
  state.step = (id, step) => {
    const live = id === state.shot?.id ? state.live.get(step) : null
    return live ? Promise.resolve(live) : state.shelf.take(`/darkroom/${state.home(id, step)}/steps/${step}.json`)
  }

  state.bench = bench(state)
  const { close, ...acts } = runs(state)
  Object.assign(state, acts)
  state.close = () => {
    callOff?.()
    close()
  }
  return state
}
