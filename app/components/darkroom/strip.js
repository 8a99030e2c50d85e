// The film strip: a frame for each place of the run, a breakpoint beneath each, the cursor and the head.

import { el } from "../chain/dom.js"
import { small } from "./pictures.js"
import { named } from "./places.js"

export function strip(desk) {
  const { speak } = desk
  const list = el("ol", { class: "frames" })
  const node = el("div", { class: "strip", role: "group", "aria-label": speak.say("strip"), "data-walk": "strip" }, list)
  let frames = []
  let made = ""
  let centred = -1

  function build() {
    frames = desk.places().map((place, number) => frame(desk, place, number))
    list.replaceChildren(...frames.map((one) => one.node))
    centred = -1
  }

  return {
    node,
    update() {
      if (!desk.shot) return
      const key = `${desk.shot.id}/${desk.shot.of}`
      if (key !== made) build()
      made = key
      const head = desk.head()
      const changed = desk.shot.branch_step
      frames.forEach((one, number) => one.update(number, head, changed))
      if (centred === desk.cursor) return
      centred = desk.cursor
      const here = frames[desk.cursor]?.node
      if (here) list.scrollTo({ left: here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2, behavior: "auto" })
    },
  }
}

function frame(desk, place, number) {
  const { speak } = desk
  const image = place.step !== undefined || place.key === "picture" ? el("img", { alt: "", class: "missing" }) : null
  const word = place.step === undefined && place.key !== "picture" ? el("span", { class: `sign sign-${place.key}`, "aria-hidden": "true" }) : null
  const name = named(place, speak)
  const caption = el("span", { class: "frame-name" }, place.step === undefined ? speak.say(`short_${place.key}`) : `${place.step + 1}`)
  const show = el("button", { type: "button", class: "frame", title: name, "aria-label": name, onclick: () => desk.runTo(number) }, el("span", { class: "window" }, image, word), caption)
  const stop = el("button", { type: "button", class: "break", "aria-label": speak.say("breakpoint_at", { place: name }), title: speak.say("breakpoint_at", { place: name }),
    onclick: () => desk.toggleBreak(place.key) })
  const node = el("li", {}, show, stop)
  let source = ""
  image?.addEventListener("error", () => image.classList.add("missing"))
  image?.addEventListener("load", () => image.classList.remove("missing"))
  return {
    node,
    update(at, head, branched) {
      const known = at <= head
      node.classList.toggle("ahead", !known)
      node.classList.toggle("at-head", at === head)
      node.classList.toggle("next", at === head + 1 && desk.running())
      node.classList.toggle("inherited", place.step !== undefined && branched !== null && branched !== undefined && place.step < branched)
      node.classList.toggle("altered", Boolean(alters(desk.shot.alterations, place)))
      node.classList.toggle("to-alter", Boolean(alters(desk.bench.lines(), place)))
      if (at === desk.cursor) show.setAttribute("aria-current", "step")
      else show.removeAttribute("aria-current")
      show.disabled = !known && !desk.resumable()
      stop.setAttribute("aria-pressed", `${desk.breaks.has(place.key)}`)
      const next = known ? small(desk, place) : null
      if (!image || next === source) return
      source = next
      if (next) image.src = next
      else {
        image.classList.add("missing")
        image.removeAttribute("src")
      }
    },
  }
}

/** Whether a line begins to act right after this place, and so is seen first in the next. */
const alters = (lines, { key, step }) => lines.some((line) => (line.at === 0 ? key === "chance" : line.at - 1 === step))
