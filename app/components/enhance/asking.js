// What is asked: the words, who rewrites them, what it is told to do, how it draws. It lasts as long as the session.

import { el } from "../chain/dom.js"

const KEPT = "apparatus-enhance"

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {}
  } catch {
    return {}
  }
}

const keep = (said) => {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(said))
  } catch {}
}

/** The form. `asked()` is what the server is to be asked; null where nobody is to rewrite, or nothing was written. */
export function asking({ speak, data }, { write, changed }) {
  const before = kept()
  const speakers = new Map(data.speakers.map((one) => [one.id, one]))
  const state = { by: speakers.has(before.by) || before.by === "" ? before.by : (data.speakers[0]?.id ?? ""), template: before.template ?? data.templates[0]?.name ?? "", text: before.text ?? null }
  const prompt = el("textarea", { id: "enhance-prompt", class: "gesture-input", rows: "2", maxlength: "10000", placeholder: speak.say("your_words_hint"), dir: "auto", oninput: () => change() })
  prompt.value = (data.prompt && data.prompt !== before.came ? data.prompt : before.prompt) ?? data.prompt
  const number = (name, options) => el("input", { id: `enhance-${name}`, type: "number", inputmode: "decimal", value: before[name] ?? "", oninput: () => change(), ...options })
  const temperature = number("temperature", { min: 0, max: 2, step: 0.1, placeholder: "1" })
  const topP = number("top_p", { min: 0.05, max: 1, step: 0.05, placeholder: "1" })
  const seed = number("seed", { min: 0, step: 1, placeholder: speak.say("chance_draws") })
  const field = (input, key, plain) => el("div", { class: "enhance-field" }, el("label", { for: input.id }, speak.say(key)), input, plain && el("p", { class: "note" }, speak.say(plain)))
  const told = el("div", { class: "instruction" })
  const plain = el("p", { class: "note" })
  const go = el("button", { type: "submit", class: "act" }, speak.say("rewrite"))
  const tuning = el("details", { class: "folded" }, el("summary", {}, speak.say("fine_tuning")), el("div", { class: "enhance-numbers" },
    field(temperature, "temperature", "temperature_plain"), field(topP, "top_p", "top_p_plain"), field(seed, "words_seed")))
  const choices = [...data.speakers.map((one) => one.id), ""].map((id) => choice(id))
  const node = el("form", { class: "enhance-form", novalidate: true, onsubmit: (event) => {
    event.preventDefault()
    if (asked()) write()
  } }, el("label", { class: "note", for: prompt.id }, speak.say("your_words")), prompt,
  el("fieldset", { class: "speakers" }, el("legend", { class: "note" }, speak.say("who_rewrites")), el("div", { class: "speaker-choices" }, choices), plain),
  told, tuning, el("p", { class: "enhance-go" }, go))

  function choice(id) {
    const input = el("input", { type: "radio", name: "enhance-by", value: id, checked: state.by === id, onchange: () => change({ by: id }) })
    return el("label", { class: "speaker" }, input, el("span", { class: id ? "computed" : null }, id ? speakers.get(id).model : speak.say("nobody_rewrites")))
  }

  function change(other = {}) {
    Object.assign(state, other)
    remember()
    if ("by" in other || "template" in other) draw()
    go.disabled = !asked()
    changed()
  }

  /** What is written here counts until another page brings other words. */
  const remember = () => keep({ ...state, came: data.prompt, prompt: prompt.value, temperature: temperature.value, top_p: topP.value, seed: seed.value })

  /** The instruction, where there is one: chosen by its name, and changed at will. */
  function draw() {
    const one = speakers.get(state.by)
    plain.textContent = speak.say(!one ? (data.speakers.length ? "off_plain" : "no_speaker") : one.remote ? "remote_plain" : "own_plain")
    tuning.hidden = go.parentNode.hidden = told.hidden = !one
    if (!one) return
    if (!one.remote) return told.replaceChildren(el("p", {}, el("span", { class: "note" }, speak.say("instruction"), " "), speak.say("instruction_none")))
    const text = () => data.templates.find((template) => template.name === state.template)?.text ?? ""
    const area = el("textarea", { id: "enhance-instruction", class: "computed", rows: "6", maxlength: "10000", dir: "auto", oninput: () => change({ text: area.value === text() ? null : area.value }) })
    area.value = state.text ?? text()
    const names = el("div", { class: "template-names", role: "group", "aria-label": speak.say("instruction") }, data.templates.map(({ name }) =>
      el("button", { type: "button", class: "kind computed", "aria-pressed": `${state.text === null && state.template === name}`, onclick: () => change({ template: name, text: null }) }, name)))
    told.replaceChildren(el("label", { class: "note", for: area.id }, speak.say("instruction")), names, area, el("p", { class: "note" }, speak.say("instruction_note", { place: "{prompt}" })))
  }

  function asked() {
    if (!state.by || !prompt.value.trim()) return null
    const own = speakers.get(state.by).remote ? { template: state.text ?? state.template } : {}
    const numbers = [["temperature", temperature], ["top_p", topP], ["seed", seed]].filter(([, input]) => input.value !== "" && Number.isFinite(input.valueAsNumber))
    return { prompt: prompt.value, by: state.by, model: data.model, loras: data.loras, ...own, ...Object.fromEntries(numbers.map(([name, input]) => [name, input.valueAsNumber])) }
  }

  draw()
  remember()
  go.disabled = !asked()
  return { node, asked, busy: (on) => node.toggleAttribute("aria-busy", on) }
}
