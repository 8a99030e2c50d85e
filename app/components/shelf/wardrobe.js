// The LoRA files of the folder that the app was given: put on with a weight, taken off.

import { el } from "../chain/dom.js"

export function wardrobe({ named, files }, speak, wear) {
  const heading = "models-loras"
  return el("section", { class: "board loras", "aria-labelledby": heading }, el("h2", { id: heading }, speak.say("loras_title")),
    el("p", { class: "plain" }, speak.say("loras_plain")),
    files.length ? el("ul", { class: "shelved" }, files.map((file, place) => one(file, place, speak, wear))) : el("p", { class: "note" }, speak.say(named ? "loras_none" : "loras_unnamed")))
}

/** One file: its name, its weight, and the button that puts it on or takes it off. A new weight is worn at once. */
function one({ name, weight, there }, place, speak, wear) {
  const on = weight !== null
  const input = el("input", { id: `lora-weight-${place}`, type: "number", class: "numeral", min: -4, max: 4, step: 0.05, value: weight ?? 1, "aria-label": speak.say("lora_weight_name", { name }), disabled: !there })
  const put = () => (input.reportValidity() && input.value !== "" ? wear({ name, weight: input.valueAsNumber }) : null)
  if (on) input.addEventListener("change", put)
  const act = on ? "lora_take_off" : "lora_put_on"
  return el("li", { class: on ? "lora worn" : "lora" }, el("span", { class: "computed" }, name, !there && el("span", { class: "warning" }, " ", speak.say("lora_gone"))),
    el("label", {}, el("span", { class: "note", "aria-hidden": "true" }, speak.say("lora_weight")), input),
    el("button", { id: `lora-act-${place}`, type: "button", class: "use", "aria-label": speak.say(`${act}_name`, { name }), onclick: on ? () => wear({ name, weight: null }) : put }, speak.say(act)))
}
