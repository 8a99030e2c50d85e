// Opening an exposure, having it run, pausing it, and growing another from it.

import { listen } from "../chain/stream.js"
import { moment, placeBefore, placeOfStep, reached } from "./places.js"

const PACE = 450 // ms between two recorded steps when they play: never three flashes a second

export function runs(desk) {
  const { web, speak } = desk
  let deaf = () => {}
  let failed = null // the run that failed last, and why
  let sought = null // what has no record: {id, why}
  let owed = 0 // steps asked for while one was being made

  /** Do it; a refusal becomes a line on the page and nothing is lost. */
  async function trying(act, near = null) {
    desk.change({ busy: true, notice: null })
    try {
      return await act()
    } catch (refusal) {
      owed = 0
      if (refusal.status === 409 && desk.shot) {
        await open(desk.shot.id, { keep: true }).catch(() => {})
        desk.note(refusal.message || speak.say("moved_on"), { near })
      } else desk.note(refusal.message || speak.say(refusal.status === undefined ? "failed_here" : "lost_now"), { near })
      if (refusal.status === undefined) console.error(refusal)
      return null
    } finally {
      desk.change({ busy: false })
    }
  }

  function leave() {
    deaf()
    deaf = () => {}
    sought = null
    clearInterval(desk.playing)
    desk.playing = null
  }

  /** Show an exposure. `keep`: the cursor stays where it is, as far as there is something to see. */
  async function open(id, { keep = false, at = null } = {}) {
    const shot = await web.read(`/darkroom/${id}.json`)
    leave()
    if (!desk.shot) desk.bench.cleared()
    const other = desk.shot?.id !== id
    if (other && !keep) desk.live.clear()
    const head = reached(shot)
    const cursor = at !== null ? at : keep || !other ? desk.cursor : head
    desk.change({ shot, written: true, cursor: Math.max(0, Math.min(cursor, head)), word: other ? null : desk.word, light: null, position: null })
    address(id)
    if (desk.running()) follow(id)
    return shot
  }

  /** What the page's address says leads to; one without a record may be growing, and tells of itself then. */
  async function enter(id) {
    try {
      return await open(id)
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal
      await grow(id, {})
      sought = { id, why: refusal.message }
      return null
    }
  }

  /** From nothing to an exposure is a way back for the browser; from branch to branch is none. */
  function address(id) {
    const url = new URL(location.href)
    const first = !url.searchParams.has("exposure")
    url.searchParams.set("exposure", id)
    url.searchParams.set("lang", desk.data.lang)
    history[first ? "pushState" : "replaceState"](history.state, "", url)
  }

  /** Nothing on the bench: the page's beginning. */
  function anew() {
    leave()
    desk.change({ shot: null, notice: null })
  }

  /** The browser went back or on. */
  function travelled() {
    const id = new URL(location.href).searchParams.get("exposure")
    if (location.pathname !== page || id === (desk.shot?.id ?? null)) return
    if (id) trying(() => open(id), "start")
    else anew()
  }
  const page = location.pathname
  window.addEventListener("popstate", travelled)

  /** Another exposure was asked for: stand at its head while it grows. */
  async function grow(id, after) {
    leave()
    const before = desk.shot
    if (!before) desk.bench.cleared()
    if (!before || before.id !== id) desk.live.clear()
    const shot = { ...blank(id), ...before, id, stopped: null, ...after, state: "running" }
    desk.change({ shot, written: before?.id === id, cursor: Math.max(0, reached(shot)), light: null, position: null })
    desk.reveal()
    address(id)
    follow(id)
  }

  const blank = (id) => ({ id, of: 0, taken: 0, prompt: "", negative_prompt: "", encodings: [], steps: [], alterations: [], own: 0,
    ledger: [], tree: [], can: { words: true, vectors: true, steps: true, negative_prompt: true, guidance_scale: true, layers: null }, cells: null, name: "", parent: null, width: 1, height: 1 })

  function follow(id) {
    deaf = listen(`/exposures/${id}/events`, {
      onSource: () => {},
      onStage: (event) => event.exposure === id && id === desk.shot?.id && absorb(event),
      onEnd: () => settle(id),
      onLost: () => desk.note(speak.say("lost"), { calm: true }),
      onUnknown: () => (sought?.id === id ? (desk.change({ shot: null }), desk.note(sought.why, { near: "start" })) : desk.note(speak.say("unknown"))),
    })
  }

  function absorb({ stage, kind, data, ...event }) {
    const { shot } = desk
    const following = desk.cursor >= desk.head()
    let now = shot
    if (stage === "exposure" && kind === "waiting") return desk.change({ position: data.position })
    if (stage === "exposure" && kind === "failed") failed = { id: shot.id, why: speak.has(`problem_${data.problem}`) ? speak.say(`problem_${data.problem}`) : (data.message ?? "") }
    if (stage === "prompt") now = { ...shot, ...asked(data, shot) }
    if (stage === "encode") now = { ...shot, encodings: [...shot.encodings.filter((one) => !likes(one, data, shot.taken)), { ...data, from_step: shot.taken }] }
    if (stage === "noise" && !shot.taken) now = { ...shot, stopped: { site: "noise" } }
    if (stage === "denoise" && kind === "step") {
      desk.live.set(data.index, { stage, kind, data, ...event })
      const steps = [...shot.steps]
      steps[data.index] = data
      now = { ...shot, steps, taken: Math.max(shot.taken, data.index + 1), of: data.of }
    }
    if (stage === "decode") now = { ...shot, stopped: { site: "decode" } } // the picture is kept when the run has ended
    desk.change({ shot: now, position: null })
    if (following) desk.look(desk.head())
  }

  const asked = (data, shot) => Object.fromEntries(["prompt", "negative_prompt", "guidance_scale", "width", "height"].map((name) => [name, data[name] ?? shot[name]]))
  const likes = (one, other, step) => one.encoder === other.encoder && one.branch === other.branch && one.from_step === step

  /** A branch that could not be made leaves one where one was, with all that was gathered. */
  async function giveBack(id) {
    const { parent, branch_step: at } = desk.shot
    const { why } = failed
    failed = null
    await desk.visit(parent, { at: placeBefore(at) })
    desk.note(why, { near: desk.bench.returned(id) ? "bench" : "tree" })
  }

  /** It ended or paused: what is written of it now counts. */
  async function settle(id) {
    if (desk.shot?.id !== id) return
    if (failed?.id === id && desk.shot.parent) return giveBack(id)
    const following = desk.cursor >= desk.head()
    const more = owed
    owed = 0
    try {
      await open(id, { keep: true })
    } catch {
      desk.change({ shot: failed?.id === id ? null : desk.shot })
      return desk.note(failed?.id === id ? failed.why : speak.say("lost_now"), { near: "start" })
    }
    if (failed?.id === id) desk.note(failed.why)
    desk.shelf.drop(`/darkroom/${id}/trajectory`)
    if (following) desk.look(desk.head())
    if (more && desk.resumable()) runTo(Math.min(desk.head() + more, desk.places().length - 1))
  }

  /** The next breakpoint beyond a place, as what to stop at; null for none. */
  function nextStop(beyond) {
    const place = desk.places().find((one, number) => number > beyond && desk.breaks.has(one.key))
    return place && place.key !== "picture" ? moment(place) : null
  }

  function goOn(stop) {
    if (!desk.resumable() || desk.busy) return
    const { id, taken } = desk.shot
    const stopped = desk.shot.stopped
    return trying(async () => {
      await web.post("go-on", { exposure: id, after: taken, stop })
      await grow(id, { taken, stopped })
    }, "transport")
  }

  const run = () => goOn(nextStop(desk.head()))

  /** To a place: the cursor goes there, and where it lies ahead, the run. */
  function runTo(number) {
    if (number <= desk.head()) return desk.look(number)
    const place = desk.places()[number]
    if (desk.resumable()) goOn(place.key === "picture" ? null : moment(place))
  }

  /** One step on; asked for while one is being made, it comes after it. */
  function forward() {
    if (desk.cursor < desk.head()) desk.look(desk.cursor + 1)
    else if (desk.running() || desk.busy) owed += 1
    else if (desk.head() < desk.places().length - 1) runTo(desk.head() + 1)
  }

  const pause = () => {
    owed = 0
    return trying(() => web.post("cancel", { exposure: desk.shot.id }), "transport")
  }

  /** The recorded steps one after the other, from the cursor (from the start, when it is at the end). */
  function play() {
    if (desk.playing) {
      clearInterval(desk.playing)
      return desk.change({ playing: null })
    }
    if (desk.cursor >= desk.head()) desk.look(0)
    desk.change({ playing: setInterval(() => {
      if (desk.cursor < desk.head()) return desk.look(desk.cursor + 1)
      clearInterval(desk.playing)
      desk.change({ playing: null })
    }, PACE) })
  }

  /** What the large button does now. */
  function main() {
    if (desk.running()) return pause()
    return desk.resumable() && desk.cursor >= desk.head() ? run() : play()
  }

  function branch(parent, at, alterations, { one = false, also = {}, near = "bench" } = {}) {
    const stop = one ? { site: "step.out", step: at, call: 0 } : nextStop(placeBefore(at))
    return trying(async () => {
      const { id } = await web.post("branch", { parent, at, alterations, stop })
      await grow(id, { taken: at, parent, branch_step: at, name: "", ...also })
      return id
    }, near)
  }

  const expose = (asked) => trying(async () => {
    const { id } = await web.post("expose", asked)
    desk.shot = null
    await grow(id, { prompt: asked.prompt, of: asked.num_inference_steps ?? 0 })
    return id
  }, "start")

  const visit = (id, options) => {
    owed = 0
    return trying(() => open(id, options), "tree")
  }

  return { trying, enter, anew, visit, leave, close: () => (leave(), window.removeEventListener("popstate", travelled)), run, runTo, forward, pause, play, main, branch, expose, goOn, stepPlace: placeOfStep }
}
