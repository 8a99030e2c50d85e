// Inside the program: its parts to scale, each of which says what it does, and what all of it learnt from.

import { el } from "../chain/dom.js"
import { grouped } from "./frames.js"

export function program(kit, one, keep, redraw) {
  const { data } = one.run.first.program
  const all = (data.parts ?? []).filter((part) => part.parameters > 0).sort((first, second) => second.parameters - first.parameters)
  const most = Math.max(...all.map((part) => part.parameters), 1)
  keep.part ??= all[0]?.name
  const choose = (part) => {
    keep.part = part.name
    redraw()
  }
  const picture = el("div", { class: "picture-place" }, el("ul", { class: "parts" }, all.map((part) => el("li", {},
    el("button", { type: "button", class: "part", "data-hold": part.name, "aria-pressed": `${part.name === keep.part}`, onclick: () => choose(part) },
      el("span", { class: "part-square", style: { "--side": Math.sqrt(part.parameters / most) } }), el("span", { class: "part-name" }, named(kit, part)))))))
  const part = all.find(({ name }) => name === keep.part)
  const tools = el("div", { class: "tools" }, part && says(kit, part, data.parameters), learnt(kit, data))
  return { ask: kit.say("open_program"), picture, tools }
}

const named = (kit, { name }) => (kit.has(`part_${name}`) ? kit.say(`part_${name}`) : name)

function says(kit, part, all) {
  return el("div", { class: "said-of", "aria-live": "polite" }, el("p", {}, el("span", { class: "computed number" }, grouped(kit, part.parameters)), " ", el("span", {}, kit.say("learnt_numbers", { share: kit.percent(part.parameters / all) }))),
    kit.has(`part_${part.name}_does`) && el("p", {}, kit.say(`part_${part.name}_does`)))
}

/** What it learnt from, as its maker says it, where that is said. */
function learnt(kit, { training, model, licence }) {
  const said = typeof training === "string" ? training : (training?.[`summary_${kit.lang()}`] ?? training?.summary)
  return el("div", { class: "learnt" }, el("p", {}, said || kit.say("learnt_untold")), el("p", { class: "computed" }, [model, licence].filter(Boolean).join(" · ")))
}
