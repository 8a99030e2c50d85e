// The list of lines: gathered ones, which can be taken off and developed, and those that act in this exposure.

import { el } from "../chain/dom.js"
import { button, iconButton, primary, renewed } from "./buttons.js"
import { SIGNS, fromStep, toldLine } from "./told.js"

export function lines(desk) {
  const { speak, bench } = desk
  const gathered = el("ol", { class: "lines" })
  const acting = el("ol", { class: "lines acting" })
  const past = el("details", { class: "group past" }, el("summary", {}, el("span", { class: "past-title" })), acting)
  const undo = iconButton("undo", speak.say("undo"), () => bench.undo(), { key: "Ctrl+Z" })
  const redo = iconButton("redo", speak.say("redo"), () => bench.redo(), { key: "Ctrl+Shift+Z" })
  const develop = primary(speak.say("develop"), () => bench.develop())
  const one = button(speak.say("develop_one"), () => bench.develop(true))
  develop.title = `${speak.say("develop_help")} (${speak.say("key_enter")})`
  const empty = el("p", { class: "note" }, speak.say("nothing_gathered"))
  const near = el("p", { class: "refused", role: "alert", hidden: true })
  const node = el("div", { class: "gathered", "data-walk": "develop" }, el("div", { class: "gathered-head" }, el("h3", {}, speak.say("gathered")), undo, redo),
    empty, gathered, near, el("div", { class: "row develop" }, develop, one))

  const row = (line, act) => el("li", {}, el("span", { class: "sign-of", "aria-hidden": "true" }, SIGNS[line.kind]), el("span", { class: "line-told" }, toldLine(line, speak), " ", fromStep(line, speak)), act)

  function update() {
    const list = bench.lines()
    undo.disabled = !bench.canUndo()
    redo.disabled = !bench.canRedo()
    develop.disabled = one.disabled = !list.length || desk.busy || desk.running()
    empty.hidden = list.length > 0
    renewed(gathered, list, () => list.map((line, number) => row(line, iconButton("remove", speak.say("take_off"), () => bench.remove(number), { kind: "control take-off" }))))
    near.hidden = desk.notice?.near !== "bench"
    near.textContent = near.hidden ? "" : desk.notice.text
    const { alterations, own, parent, id } = desk.shot
    past.hidden = !alterations.length
    past.querySelector(".past-title").textContent = speak.count("acting", alterations.length)
    renewed(acting, [id, alterations, own, parent, desk.running()], () => alterations.map((line, number) => {
      const mine = number >= alterations.length - own
      const source = mine ? null : el("span", { class: "note" }, ` ${speak.say("inherited")}`)
      return el("li", {}, el("span", { class: "sign-of", "aria-hidden": "true" }, SIGNS[line.kind]), el("span", { class: "line-told" }, toldLine(line, speak), " ", fromStep(line, speak), source),
        button(speak.say("without"), () => without(desk, number), "small-act without"))
    }))
  }

  return { node, past, update }
}

/** The same exposure again, grown without one of its lines: from the parent of the one that the line came with. */
export function without(desk, number) {
  const { shot } = desk
  let family = shot.tree.find((one) => one.id === shot.id) ?? { ...shot, own: Array(shot.own) }
  let first = shot.alterations.length - shot.own
  while (number < first && family.parent) {
    family = shot.tree.find((one) => one.id === family.parent)
    if (!family) return desk.note(desk.speak.say("ancestor_gone"), { near: "bench" })
    first -= family.own.length
  }
  if (!family.parent) return desk.note(desk.speak.say("ancestor_gone"), { near: "bench" })
  const rest = shot.alterations.slice(Math.max(0, first)).filter((_, at) => at !== number - Math.max(0, first))
  const at = family.branch_step ?? shot.alterations[number].at
  if (!rest.length) return desk.visit(family.parent)
  return desk.branch(family.parent, at, rest, { also: { alterations: [...shot.alterations.slice(0, Math.max(0, first)), ...rest], own: rest.length, steps: shot.steps.slice(0, at) } })
}
