// One picture is kept: the candidates with what each scored, or the one that there is.

import { el } from "../chain/dom.js"
import { lost, picture, whole } from "./reel.js"

/** What one of those who score says of it; the first that says anything. */
export const score = ({ run }) => run.first.select?.data.scores?.[0] ?? null

export function select(kit, one) {
  const { rivals } = kit.visit
  return rivals && !one.recorded ? several(kit, rivals) : alone(kit, one)
}

function alone(kit, one) {
  const said = score(one)
  const node = el("figure", { class: "frame one-frame" }, el("img", { class: "square", src: picture(one), alt: one.run.first.prompt?.data.prompt ?? "" }),
    said && el("figcaption", { class: "scored" }, el("span", { class: "computed number" }, kit.speaker().rounded(said.value)), el("span", { class: "note" }, kit.say("score_is", { by: scorer(kit, said.by) }))))
  return { node }
}

/** Four in a square; those that are still being made come when they come. */
function several(kit, rivals) {
  const cells = Array.from({ length: rivals.expected }, () => cell(kit))
  const note = el("figcaption", { class: "note" })
  const node = el("figure", { class: "frame several-frame" }, el("ol", { class: "several" }, cells.map((each) => each.node)), note)
  const show = () => {
    cells.forEach((each, at) => each.show(rivals.all[at]))
    const said = rivals.all.map(score).find(Boolean)
    note.textContent = said ? kit.say("scores_are", { by: scorer(kit, said.by) }) : ""
  }
  const stop = rivals.on(show)
  show()
  return { node, close: stop }
}

function cell(kit) {
  const image = el("img", { alt: "", hidden: true })
  const value = el("span", { class: "computed number" })
  return {
    node: el("li", {}, image, value),
    show(one) {
      if (!one) return
      const source = whole(one) ? picture(one) : null
      if (source && image.getAttribute("src") !== source) Object.assign(image, { src: source, hidden: false })
      const said = score(one)
      value.textContent = said ? kit.speaker().rounded(said.value) : ""
      value.parentElement.classList.toggle("gone", lost(one))
    },
  }
}

/** Who gives a score, in words. */
export const scorer = (kit, by) => (kit.has(`score_${by}`) ? kit.say(`score_${by}`) : by)
