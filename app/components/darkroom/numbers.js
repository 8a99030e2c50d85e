// Numbers: what the program computed at this place, with units, and what there is to take away.

import { el } from "../chain/dom.js"
import { computed, voiced } from "../chain/language.js"
import { stepSeen } from "./asking.js"
import { renewed } from "./buttons.js"

export function numbers(desk) {
  const { speak } = desk
  const node = el("div", { class: "pane-body" })

  function rows(step) {
    const { shot } = desk
    const facts = step === null ? null : shot.steps[step]
    const guidance = facts?.guidance
    const program = (value) => computed(value)
    return [
      facts && [speak.say("n_step"), program(`${step + 1} / ${facts.of ?? shot.of}`)],
      facts && [speak.say("n_timestep"), program(speak.number(facts.timestep))],
      facts && Number.isFinite(facts.sigma) && [speak.say("n_sigma"), program(speak.number(facts.sigma))],
      facts && Number.isFinite(facts.signal) && [speak.say("n_signal"), program(speak.percent(facts.signal))],
      facts && [speak.say("n_moved"), program(speak.number(facts.moved))],
      guidance && [speak.say("n_guidance"), program(speak.number(guidance.scale))],
      guidance && [speak.say("n_cond"), program(speak.number(guidance.cond))],
      guidance && [speak.say("n_uncond"), program(speak.number(guidance.uncond))],
      guidance && [speak.say("n_delta"), program(speak.number(guidance.delta))],
      facts && Number.isFinite(facts.seconds) && [speak.say("n_seconds"), program(speak.seconds(facts.seconds))],
      Number.isFinite(shot.seed) && [speak.say("seed"), el("span", { class: "computed chance" }, `${shot.seed}`)],
      [speak.say("guidance_scale"), program(speak.number(shot.guidance_scale))],
      [speak.say("n_size"), program(`${shot.width} × ${shot.height} px`)],
      shot.cells && [speak.say("n_latents"), program(`${shot.cells.channels} × ${shot.cells.rows} × ${shot.cells.columns}`)],
      shot.model && [speak.say("n_model"), program(shot.model)],
      shot.scheduler && [speak.say("n_scheduler"), program(shot.scheduler)],
    ].filter(Boolean)
  }

  return {
    node,
    update() {
      const step = stepSeen(desk)
      const { id, taken, state, ledger } = desk.shot
      renewed(node, [id, taken, state, step, ledger?.length], () => [
        el("table", { class: "numbers-table" }, el("tbody", {}, rows(step).map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value))))),
        ledger?.length > 0 && el("details", { class: "group" }, el("summary", {}, el("span", {}, speak.say("ledger"))), el("ul", { class: "ledger-list" }, ledger.map(({ what, value, who }) =>
          el("li", {}, el("span", {}, speak.has(`what_${what}`) ? speak.say(`what_${what}`) : what), " ", voiced(who, `${value}`)))))])
    },
  }
}
