// Who programmed it: a dot for each picture that it learnt from; where nobody told of them, its parts to scale.

import { el } from "../chain/dom.js"

const MOST = 60_000 // dots that are still seen one by one

export function program(kit, one) {
  const { data } = one.run.first.program
  const pictures = data.training?.pictures
  return pictures > 0 && pictures <= MOST ? dots(kit, pictures) : { node: el("figure", { class: "frame parts-frame" }, parts(kit, data)) }
}

/** As many dots as there were pictures, in a field of the place's own shape. */
function dots(kit, count) {
  const field = el("canvas", { class: "dots", role: "img", "aria-label": kit.say("dots_are", { count: kit.speaker().whole(count) }) })
  const box = el("div", { class: "dots-box" }, field)
  const node = el("figure", { class: "frame dots-frame" }, box, el("figcaption", { class: "note" }, kit.say("dots_are", { count: kit.speaker().whole(count) })))
  return { node, settle: () => box.clientHeight && paint(field, box, count) }
}

/** In whole pixels, so that all dots are alike; a row may stand further from the next than a dot from the next. */
function paint(field, box, count) {
  const density = devicePixelRatio
  const [width, height] = [box.clientWidth * density, box.clientHeight * density]
  const wide = Math.max(2, Math.floor(Math.sqrt((width * height) / count)))
  const across = Math.min(count, Math.floor(width / wide))
  const down = Math.ceil(count / across)
  const high = Math.max(2, Math.floor(height / down))
  Object.assign(field, { width: across * wide, height: down * high })
  field.style.width = `${field.width / density}px`
  const brush = field.getContext("2d")
  brush.fillStyle = getComputedStyle(field).color
  const dot = Math.max(1, Math.round(wide * 0.55))
  for (let at = 0; at < count; at += 1) brush.fillRect((at % across) * wide, Math.floor(at / across) * high, dot, dot)
}

/** The parts as squares, their areas as their numbers. */
export function parts(kit, data) {
  const all = (data.parts ?? []).filter((part) => part.parameters > 0).sort((one, other) => other.parameters - one.parameters)
  const most = Math.max(...all.map((part) => part.parameters), 1)
  const name = (part) => (kit.has(`part_${part.name}`) ? kit.say(`part_${part.name}`) : part.name)
  return el("ul", { class: "parts" }, all.map((part) => el("li", {},
    el("span", { class: "part-square", style: { "--side": Math.sqrt(part.parameters / most) }, "aria-hidden": "true" }),
    el("span", { class: "part-name" }, name(part)), el("span", { class: "computed" }, kit.speaker().whole(part.parameters)))))
}
