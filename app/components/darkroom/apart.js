// With and without: the two predictions of a step as pictures, and how they differ.

import { el } from "../chain/dom.js"
import { figure } from "../chain/figures.js"
import { asking, stepSeen } from "./asking.js"
import { primary } from "./buttons.js"

export function apart(desk) {
  const { speak } = desk
  const body = el("div", { class: "pair-pictures" })
  const node = el("div", { class: "pane-body" }, el("p", { class: "note" }, speak.say("apart_help")), body)
  const fill = asking(body, speak)
  const opened = new Set()
  return {
    node,
    update() {
      const { shot } = desk
      const step = stepSeen(desk)
      const address = `/darkroom/${shot.id}/looks/branches/${step}.json`
      const wanted = opened.has(shot.id) && step !== null
      fill(`${address}/${wanted}/${desk.running()}`, () => (wanted && !desk.running() ? desk.shelf.take(address) : null), (event) => {
        if (step === null) return el("p", { class: "note" }, speak.say("before_steps"))
        if (!event) return Object.assign(primary(speak.say("look_branches"), () => {
          opened.add(shot.id)
          desk.draw()
        }), { disabled: desk.running() })
        return drawn(event, step, speak)
      }, speak.say("looks"))
    },
  }
}

function drawn({ pictures, data }, step, speak) {
  const names = ["cond", "uncond", "difference"].filter((name) => pictures[name])
  const mean = data.mean ?? data.rms
  const said = (name) => speak.say(`apart_${name}`, { step: step + 1, times: data.gain })
  return names.map((name) => figure(pictures[name], { alt: said(name), ratio: null,
    caption: [said(name), name === "difference" && Number.isFinite(mean) ? ` ${speak.say("apart_mean", { value: speak.percent(mean) })}` : ""] }))
}
