// The way of one picture, a card a stage: its frame, a sentence of ours, a passage of theirs. It goes on by itself.

import { el } from "../chain/dom.js"
import { tightened } from "./fitting.js"
import { LED, frames, happened, heading, sentence } from "./frames.js"
import { passage, turn } from "./passage.js"

const SOFTLY = 600 // ms, from one card to the next

/**
 * `play(one, {auto, stages, at})` shows the stages of a reel, from the stage `at` on; `auto` has it go on by itself,
 * and `onend` is called after the last. `step(by)` goes by hand: then it goes on by itself no more.
 * `onstage(id)` hears of each card, `draw()` writes it anew, `pause(stopped)` holds all that moves.
 */
export function player(kit) {
  const marks = el("ol", { class: "progress", "aria-hidden": "true" })
  const cards = el("div", { class: "cards-stack" })
  const node = el("div", { class: "player" }, marks, cards)
  const here = { node, play, stop, draw, pause, step, stage: () => ids[index] ?? null, first: () => index === 0, last: () => index === ids.length - 1, auto: () => auto, onend() {}, onstage() {} }
  let [one, ids, index, auto, stopped, round] = [null, [], 0, false, false, 0]
  let [shown, clock, keeps, nothing] = [null, null, {}, null]

  function play(reel, { auto: alone = false, stages = LED, at = null } = {}) {
    stop()
    ;[one, ids, auto, keeps, stopped] = [reel, happened(reel, stages), alone, {}, false]
    round = kit.visit.id ? turn(kit.visit) : round + 1
    marks.replaceChildren(...ids.map(() => el("li", {}, el("span"))))
    if (ids.length) show(Math.max(0, ids.indexOf(at)))
    else nothing = setTimeout(() => here.onend(), 1000 * kit.data.curation.pace)
  }

  function show(next) {
    index = next
    const before = shown
    shown = card()
    cards.append(shown.node)
    settle()
    fade(before)
    tick()
    here.onstage(ids[index])
  }

  /** The new card over the old one, which stays until it is covered. */
  function fade(before) {
    before?.frame.close?.()
    if (!before) return
    if (kit.still()) return before.node.remove()
    before.node.inert = true
    before.node.animate([{ opacity: 1 }, { opacity: 0 }], { duration: SOFTLY, fill: "forwards" }).finished.then(() => before.node.remove(), () => before.node.remove())
    shown.node.animate([{ opacity: 0 }, { opacity: 1 }], SOFTLY)
  }

  function card() {
    const id = ids[index]
    const frame = frames[id](kit, one, (keeps[id] ??= {}))
    frame.pause?.(stopped)
    const words = el("div", { class: "card-words" }, el("div", { class: "card-head" }, heading(kit, id), el("p", { class: "ours" }, sentence(kit, one, id))), passage(kit, id, round))
    return { frame, words, node: el("article", { class: "card-shown", "data-stage": id }, frame.node, words) }
  }

  function settle() {
    if (!shown) return
    tightened(shown.words)
    shown.frame.settle?.()
  }

  /** The line over the card is its clock: when it is full, the next one comes. */
  function tick() {
    clock?.cancel()
    clock = null
    const lines = [...marks.children]
    lines.forEach((line, at) => (line.className = at < index ? "done" : at === index ? "now" : ""))
    node.classList.toggle("by-hand", !auto)
    if (!auto) return
    const lasts = Math.max(1000 * kit.data.curation.pace, shown.frame.lasts ?? 0)
    clock = lines[index].firstChild.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { duration: lasts, fill: "forwards" })
    if (stopped) clock.pause()
    clock.onfinish = () => (index < ids.length - 1 ? show(index + 1) : here.onend())
  }

  /** By hand to another stage; false where there is none. */
  function step(towards) {
    if (!(index + towards in ids)) return false
    auto = false
    show(index + towards)
    return true
  }

  function draw() {
    if (!shown) return
    shown.frame.close?.()
    const before = shown
    shown = card()
    before.node.replaceWith(shown.node)
    settle()
  }

  /** Hold all that moves; let go, it goes on by itself, also where somebody had taken over. */
  function pause(hold) {
    if (hold === stopped) return
    stopped = hold
    shown?.frame.pause?.(hold)
    if (hold) clock?.pause()
    else if (clock?.playState === "paused") clock.play()
    else if (shown && !auto) {
      auto = true
      tick()
    }
  }

  function stop() {
    clearTimeout(nothing)
    clock?.cancel()
    shown?.frame.close?.()
    ;[clock, shown, one, ids] = [null, null, null, []]
    cards.replaceChildren()
  }

  addEventListener("resize", settle)
  return here
}
