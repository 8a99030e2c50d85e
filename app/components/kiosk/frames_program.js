// Who programmed it: every picture that it learnt from; where nobody told of them, its parts to scale.

import { el } from "../chain/dom.js"
import { field, learnt } from "./learnt.js"

export function program(kit, one) {
  const count = learnt(one)
  if (!count) return { node: el("figure", { class: "frame parts-frame" }, parts(kit, one.run.first.program.data)) }
  const said = kit.say("all_learnt", { count: kit.speaker().whole(count) })
  const canvas = el("canvas", { class: "field", role: "img", "aria-label": said })
  const box = el("div", { class: "field-box" }, canvas)
  return { node: el("figure", { class: "frame field-frame" }, box, el("figcaption", { class: "note" }, said)), settle: field(box, canvas, count).paint }
}

/** The parts that learnt something, the largest first. */
export const learning = ({ parts: all = [] }) => all.filter((part) => part.parameters > 0).sort((one, other) => other.parameters - one.parameters)

/** What a part does, in a word or two. */
export const called = (kit, { name }) => (kit.has(`part_${name}`) ? kit.say(`part_${name}`) : name)

/** The parts as squares, their areas as their numbers. */
export function parts(kit, data) {
  const all = learning(data)
  return el("ul", { class: "parts" }, all.map((part) => el("li", {},
    el("span", { class: "part-square", style: { "--side": Math.sqrt(part.parameters / all[0].parameters) }, "aria-hidden": "true" }),
    el("span", { class: "part-name" }, called(kit, part)), el("span", { class: "computed" }, kit.speaker().whole(part.parameters)))))
}
