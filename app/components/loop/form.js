// What a loop is asked: the first words, how often, with which noise, and who is to rewrite and caption.

import { el } from "../chain/dom.js"
import { cannot, field, numeral } from "../darkroom/buttons.js"

export function form(page) {
  const { speak, data } = page
  const { first } = data
  const prompt = el("textarea", { class: "written large-prompt", rows: 2, dir: "auto", maxlength: 4000, required: true, placeholder: speak.say("prompt_example") })
  prompt.value = first?.prompt ?? ""
  const rounds = numeral(20, { min: 1, max: data.most })
  rounds.required = true
  const seeds = ["fixed", "new"].map((kind) => el("input", { type: "radio", name: "loop-seeds", value: kind, checked: kind === "fixed" }))
  const noise = el("fieldset", { class: "seeds" }, el("legend", {}, speak.say("seeds")),
    seeds.map((input) => el("label", { class: "check" }, input, speak.say(`seeds_${input.value}`))))
  const rewrite = el("input", { type: "checkbox" })
  const enhanced = data.enhancer && el("label", { class: "check" }, rewrite, speak.say("enhanced", { name: data.enhancer }))
  const captioner = el("select", {}, data.captioners.map((name) => el("option", { value: name }, name || speak.say("captioner_own"))))
  const act = el("button", { type: "submit", class: "primary" }, speak.say("begin"))
  const nobody = data.captioners.length === 0
  const node = el("form", { class: "asking", onsubmit: ask }, field(speak.say("prompt_label"), prompt),
    first && el("p", { class: "note" }, speak.say(first.same ? "from_exposure" : "from_words")),
    el("div", { class: "choices" }, field(speak.say("rounds"), rounds), noise), enhanced,
    data.captioners.length > 1 && field(speak.say("captioner"), captioner), nobody && cannot(speak.say("no_captioner")), el("div", { class: "row" }, act))

  async function ask(event) {
    event.preventDefault()
    if (act.disabled) return
    const { exposure, same, ...settings } = first ?? { model: data.model, loras: data.loras }
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
    const question = { ...given, prompt: prompt.value, rounds: Number(rounds.value), seeds: seeds.find((one) => one.checked).value, enhanced: rewrite.checked, captioner: captioner.value }
    const begun = await page.trying(() => page.web.post("begin", question))
    if (begun) page.enter(begun.id)
  }

  return {
    node,
    update() {
      node.hidden = Boolean(page.loop)
      act.disabled = page.busy || nobody
    },
  }
}
