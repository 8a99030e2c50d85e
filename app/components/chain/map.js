// The chain map: where the picture stands, and the way to any stage. A rail on wide screens, a band on small ones.

import { el, unseen } from "./dom.js"
import { newestPicture, over, standing } from "./run.js"
import { paced } from "./screen.js"

/** The map; `jump(id)` is called with the stage one touches. Returns its node and `update(run)`. */
export function chainMap(stages, speak, jump) {
  const here = el("span", { class: "here" })
  const unfold = el("button", { class: "unfold", type: "button", "aria-expanded": "false", onclick: () => fold(!node.classList.contains("open")) },
    here, el("span", { class: "chevron", "aria-hidden": "true" }))
  const fold = (open) => {
    node.classList.toggle("open", open)
    unfold.setAttribute("aria-expanded", String(open))
  }
  const rows = stages.map((stage) => row(stage, speak, () => {
    fold(false)
    jump(stage.id)
  }))
  const picture = el("img", { class: "thumb", alt: "" })
  const node = el("nav", { class: "map", "aria-label": speak.say("map") }, picture, unfold, el("ol", {}, rows.map((one) => one.node)))

  const show = paced((source) => {
    node.classList.toggle("has-picture", Boolean(source))
    if (source && picture.src !== source) picture.src = source
  })
  let read = null
  let known = null
  /** The reader has come to this stage. */
  const reading = (id) => {
    read = id
    rows.forEach(({ node }, at) => node.classList.toggle("reading", stages[at].id === id))
    if (known) name(known)
  }
  /** While it happens the band names the stage it has come to; afterwards the one that is being read. */
  const name = (run) => {
    const current = stages.find((stage) => stage.id === (over(run) || !run.current ? read : run.current))
    here.textContent = current ? `${current.number}. ${current.title}` : speak.say("map")
    unfold.setAttribute("aria-label", current ? `${speak.say("map")}: ${here.textContent}` : speak.say("map"))
  }
  const update = (run) => {
    known = run
    show(newestPicture(run))
    name(run)
    rows.forEach((one) => one.update(run))
  }
  return { node, update, reading }
}

function row(stage, speak, jump) {
  const state = unseen("")
  const button = el("button", { type: "button", title: stage.title, onclick: jump },
    el("span", { class: "node", "aria-hidden": "true" }), el("span", { class: "map-number" }, `${stage.number}`),
    el("span", { class: "map-title" }, stage.title), state)
  const node = el("li", {}, button)
  const update = (run) => {
    const where = standing(run, stage.id)
    node.dataset.standing = where
    state.textContent = ` (${speak.say(`standing_${where}`)})`
    if (where === "now") button.setAttribute("aria-current", "step")
    else button.removeAttribute("aria-current")
  }
  return { node, update }
}
