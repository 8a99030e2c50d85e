// What the candidates are made of: the words, how many, and the settings they share.

import { el } from "../chain/dom.js"
import { field, numeral, slider } from "../darkroom/buttons.js"

export function form(page) {
  const { speak, data } = page
  const prompt = el("textarea", { class: "written large-prompt", rows: 2, dir: "auto", maxlength: 4000, placeholder: speak.say("prompt_example") })
  const count = slider({ label: speak.say("count"), min: data.fewest, max: data.most, step: 1, value: 6, tell: (value) => speak.whole(value), hear: () => {} })
  const seed = numeral("")
  const steps = numeral("", { min: 1, max: 150 })
  const guidance = el("input", { type: "number", class: "numeral", min: 0, max: 30, step: 0.1, placeholder: speak.say("models_own") })
  seed.placeholder = speak.say("chance_draws")
  steps.placeholder = speak.say("models_own")
  const more = el("details", { class: "group" }, el("summary", {}, el("span", {}, speak.say("more"))),
    el("div", { class: "group-body three" }, field(speak.say("seed_first"), seed), field(speak.say("steps"), steps), field(speak.say("guidance"), guidance)))
  const act = el("button", { type: "submit", class: "primary" }, speak.say("go"))
  const node = el("form", { class: "asking", onsubmit: ask }, field(speak.say("prompt_label"), prompt), count.node, more, el("div", { class: "row" }, act))

  async function ask(event) {
    event.preventDefault()
    if (act.disabled) return
    const numbers = Object.entries({ seed, num_inference_steps: steps, guidance_scale: guidance })
      .filter(([, input]) => input.value !== "").map(([name, input]) => [name, Number(input.value)])
    const question = { prompt: prompt.value, count: count.value(), model: data.model, loras: data.loras, ...Object.fromEntries(numbers) }
    const begun = await page.trying(() => page.web.post("begin", question))
    if (begun) page.enter(begun.batch)
  }

  return {
    node,
    /** The words of a batch, and how many it was of, to be asked for again. */
    fill(words, of) {
      prompt.value = words
      count.set(of)
    },
    update() {
      act.disabled = page.busy || page.coming().length > 0
    },
  }
}
