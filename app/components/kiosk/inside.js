// Inside: one stage opened, to be touched. Each part brings a picture, tools, and what acts; the way back is where it always is.

import { el, icon } from "../chain/dom.js"
import { tightened } from "./fitting.js"
import { heading } from "./frames.js"
import { decode } from "./inside_decode.js"
import { denoise } from "./inside_denoise.js"
import { noise } from "./inside_noise.js"
import { program } from "./inside_program.js"
import { select } from "./inside_select.js"
import { encode, enhance } from "./inside_words.js"
import { own } from "./others.js"

const BACK = "M15 4 7 12l8 8"
const PARTS = { program, enhance, encode, noise, denoise, decode, select }

/**
 * A part is `(kit, one, keep, redraw) -> {picture, tools, acts?, ask, settle?, pause?, close?, back?}`. `keep` is its
 * own and outlives it, `ask` the sentence that says what can be done; `back()` is true where there was a way back in it.
 */
export function screen(kit) {
  const title = el("h1", { tabindex: "-1" })
  const ask = el("p", { class: "ours" })
  const head = el("div", { class: "inside-head" }, title, ask)
  const back = el("button", { type: "button", class: "way", "data-act": "back", onclick: backward })
  const body = el("div", { class: "view-body" })
  const node = el("section", { class: "view inside" }, body)
  let [one, id, keep, part] = [null, null, {}, null]

  function enter({ stage }) {
    one = own(kit)
    ;[id, keep] = [stage, {}]
    node.dataset.stage = id
    draw()
  }

  /** Anew, in the same place; what had the focus has it again, or the title where that is gone. */
  function draw() {
    if (!one) return
    const focused = node.contains(document.activeElement)
    const held = focused && document.activeElement.dataset.hold
    part?.close?.()
    title.replaceChildren(...heading(kit, id).childNodes)
    back.replaceChildren(icon(BACK), el("span", {}, kit.say("back")))
    part = PARTS[id](kit, one, keep, draw)
    ask.textContent = part.ask
    body.replaceChildren(head, part.picture, part.tools, el("div", { class: "acts" }, back, part.acts ?? []))
    settle()
    const again = held && node.querySelector(`[data-hold="${CSS.escape(held)}"]`)
    if (focused) (again || title).focus({ preventScroll: true })
  }

  function settle() {
    if (node.hidden || !part) return
    tightened(part.tools)
    part.settle?.()
  }

  function backward() {
    if (part?.back?.()) return draw()
    kit.go("walk", { stage: id })
  }

  addEventListener("resize", settle)
  return {
    node, enter, draw, back: backward,
    forget: () => (one = null),
    leave() {
      part?.close?.()
      part = null
      body.replaceChildren()
    },
    paused: (stopped) => part?.pause?.(stopped),
  }
}
