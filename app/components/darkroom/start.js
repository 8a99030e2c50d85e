// Nothing is open yet: ask for a picture, or open one of those there are.

import { el } from "../chain/dom.js"
import { button, field, numeral } from "./buttons.js"

export function start(desk, guide) {
  const { speak, data } = desk
  const prompt = el("textarea", { class: "written large-prompt", rows: 2, dir: "auto", maxlength: 4000, placeholder: speak.say("prompt_example") })
  const seed = numeral("")
  const steps = numeral("", { min: 1, max: 150 })
  seed.placeholder = speak.say("chance_draws")
  steps.placeholder = speak.say("models_own")
  const against = el("input", { type: "text", class: "written", dir: "auto", maxlength: 4000 })
  const guidance = el("input", { type: "number", class: "numeral", min: 0, max: 30, step: 0.1, placeholder: speak.say("models_own") })
  const more = el("details", { class: "group" }, el("summary", {}, el("span", {}, speak.say("more"))),
    el("div", { class: "group-body" }, field(speak.say("negative_prompt"), against), field(speak.say("guidance_scale"), guidance)))
  const stop = el("select", {}, ["end", "words", "chance", "first"].map((one) => el("option", { value: one }, speak.say(`stop_${one}`))))
  const act = el("button", { type: "submit", class: "primary" }, speak.say("expose"))
  const problem = el("p", { class: "refused", role: "alert", hidden: true })
  const STOPS = { end: null, words: { site: "encode", step: null, call: 0 }, chance: { site: "noise", step: null, call: 0 }, first: { site: "step.out", step: 0, call: 0 } }
  const ask = (event) => {
    event.preventDefault()
    const asked = { prompt: prompt.value, model: data.model, loras: data.loras }
    if (seed.value !== "") asked.seed = Number(seed.value)
    if (steps.value !== "") asked.num_inference_steps = Number(steps.value)
    if (against.value.trim()) asked.negative_prompt = against.value
    if (guidance.value !== "") asked.guidance_scale = Number(guidance.value)
    if (STOPS[stop.value]) asked.stop = STOPS[stop.value]
    desk.expose(asked)
  }
  const around = button(speak.say("show_around"), async () => {
    const made = (data.recent ?? []).find((one) => one.finished)
    if (await (made ? desk.visit(made.id) : desk.expose({ prompt: speak.say("prompt_example"), seed: 7, model: data.model, loras: data.loras }))) guide.begin()
  })
  const recent = (data.recent ?? []).map((one) => el("li", {}, el("button", { type: "button", class: "recent", onclick: () => desk.visit(one.id) },
    el("img", { alt: "", loading: "lazy", src: `/exposures/${one.id}/thumbnail.webp`, onerror: (event) => event.target.classList.add("missing") }), el("span", { class: "person", dir: "auto" }, one.prompt || speak.say("no_word")))))
  const node = el("section", { class: "start-part", hidden: true }, el("h2", {}, speak.say("start_title")), el("p", { class: "plain" }, speak.say("start_plain")),
    el("form", { class: "start-form", onsubmit: ask }, field(speak.say("prompt"), prompt), el("div", { class: "row" }, field(speak.say("seed"), seed), field(speak.say("steps"), steps), field(speak.say("stop_at"), stop)), more, el("div", { class: "row" }, act, around), problem),
    recent.length > 0 && el("h3", {}, speak.say("recent")), el("ul", { class: "recents" }, recent))
  return {
    node,
    update() {
      node.hidden = Boolean(desk.shot)
      act.disabled = around.disabled = desk.busy
      problem.hidden = !desk.notice
      problem.textContent = desk.notice?.text ?? ""
    },
  }
}
