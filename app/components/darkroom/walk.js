// The first walk: a minute through the page, on the exposure that is open, once it is made. It can be left, and called again.

import { el, stillness } from "../chain/dom.js"
import { button, primary } from "./buttons.js"

const KEPT = "apparatus-darkroom-walked"
const STOPS = ["stage", "strip", "transport", "inspect", "region", "develop", "tree"]

export function walk(desk, root) {
  const { speak } = desk
  const count = el("p", { class: "computed walk-count" })
  const text = el("p", { class: "walk-text" })
  const next = primary(speak.say("walk_next"), () => go(at + 1))
  const back = button(speak.say("walk_back"), () => go(at - 1))
  const skip = button(speak.say("walk_skip"), end)
  const box = el("div", { class: "walk", role: "dialog", "aria-label": speak.say("walk"), tabindex: "-1", hidden: true, onkeydown: keys }, count, text, el("div", { class: "row" }, next, back, skip))
  const frame = el("div", { class: "walk-frame", hidden: true, "aria-hidden": "true" })
  let at = -1
  let watching = null
  let waiting = false // for the exposure to be finished

  function keys(event) {
    if (event.key === "Escape") end()
    else if (event.key === "ArrowRight") go(at + 1)
    else if (event.key === "ArrowLeft") go(at - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  function go(to) {
    if (to < 0) return
    if (to >= STOPS.length) return end()
    at = to
    const name = STOPS[at]
    if (name === "inspect") desk.change({ side: "inspect" })
    if (name === "region" || name === "develop") desk.change({ side: "alter" })
    if (name === "region" && desk.bench.at() === null) desk.look(Math.max(1, Math.ceil(desk.shot.of / 2)))
    if (name === "region") root.querySelector(".group-region").open = true
    count.textContent = `${at + 1} / ${STOPS.length}`
    text.textContent = speak.say(`walk_${name}`)
    next.textContent = speak.say(at === STOPS.length - 1 ? "walk_end" : "walk_next")
    back.hidden = at === 0
    box.hidden = frame.hidden = false
    setTimeout(() => {
      part()?.scrollIntoView({ block: "nearest", behavior: stillness() ? "auto" : "smooth" })
      place()
      next.focus({ preventScroll: true })
    }, 60)
  }

  const part = () => root.querySelector(`[data-walk="${STOPS[at]}"]`)

  /** A frame round the part, the words where there is room beside it. */
  function place() {
    const found = part()?.getBoundingClientRect()
    if (!found || box.hidden) return
    const [wide, tall] = [innerWidth, innerHeight]
    const [top, bottom] = [Math.max(found.top, 60), Math.min(found.bottom, tall - 4)]
    Object.assign(frame.style, { left: `${Math.max(4, found.left - 6)}px`, top: `${top - 6}px`, width: `${Math.min(found.width + 12, wide - 8)}px`, height: `${Math.max(24, bottom - top + 12)}px` })
    const { offsetWidth: width, offsetHeight: height } = box
    const room = { right: wide - found.right, left: found.left, below: tall - bottom, above: top - 56 }
    let [x, y] = [found.left, bottom + 18]
    if (room.right > width + 30) [x, y] = [found.right + 18, top]
    else if (room.left > width + 30) [x, y] = [found.left - width - 18, top]
    else if (room.below > height + 24) [x, y] = [found.left, bottom + 16]
    else if (room.above > height + 24) [x, y] = [found.left, top - height - 16]
    else [x, y] = [found.left + 16, bottom - height - 16]
    Object.assign(box.style, { left: `${Math.max(12, Math.min(x, wide - width - 12))}px`, top: `${Math.max(64, Math.min(y, tall - height - 12))}px` })
  }

  function begin() {
    waiting = desk.running()
    if (!desk.shot || waiting) return
    watching ??= setInterval(place, 250)
    go(0)
  }

  function end() {
    at = -1
    box.hidden = frame.hidden = true
    clearInterval(watching)
    watching = null
    try {
      localStorage.setItem(KEPT, "yes")
    } catch {} // a browser that keeps nothing shows the walk again
  }

  const first = () => {
    try {
      return !localStorage.getItem(KEPT)
    } catch {
      return false
    }
  }

  const update = () => waiting && !desk.running() && begin()

  return { node: [frame, box], begin, end, first, update, close: () => clearInterval(watching) }
}
