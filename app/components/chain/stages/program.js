// Who programmed it: the model and its parts, to scale.

import { el } from "../dom.js"
import { bars, facts } from "../figures.js"
import { computed } from "../language.js"

export default function program({ data }, { speak, term }) {
  const parts = (data.parts ?? []).filter((part) => part.parameters > 0)
  const rows = parts.map((part) => ({
    label: [speak.has(`part_${part.name}`) ? `${speak.say(`part_${part.name}`)} ` : null, computed(`${part.name} · ${part.class}`)],
    value: part.parameters,
    text: speak.whole(part.parameters),
  }))
  const without = (data.parts ?? []).filter((part) => !part.parameters)
  return [
    el("p", { class: "large computed" }, data.model),
    el("p", {}, term("parameters", speak.counted("parameters", data.parameters ?? 0))),
    bars(rows),
    without.length > 0 && el("p", { class: "note" }, speak.say("parts_without_parameters"), " ",
      without.flatMap((part, index) => [index ? ", " : "", computed(part.class ?? part.name)])),
    facts([
      [speak.say("pipeline"), data.pipeline],
      [term("scheduler", speak.say("scheduler")), data.scheduler],
      ...training(data.training ?? {}, speak),
      data.licence && [speak.say("licence"), el("span", {}, data.licence)],
      data.loras?.length > 0 && [speak.say("loras"), el("ul", {}, data.loras.map((lora) => el("li", {}, worn(lora, data.fits ?? [], speak))))],
      data.placement && [speak.say("placement"), el("span", {}, placed(data.placement, speak))],
    ]),
    data.unseen?.length > 0 && el("p", { class: "note" }, speak.say("unseen", { what: speak.list(data.unseen.map((one) => speak.say(`unseen_${one}`))) })),
  ]
}

/** A LoRA, its weight, and how much of it is not worn, where that is something. */
function worn({ name, weight }, fits, speak) {
  const partly = fits.find((fit) => fit.name === name && fit.placed < fit.layers)
  return [`${name} × ${speak.number(weight)}`, partly && el("span", { class: "note" }, ", ", speak.say("lora_partly", { placed: speak.whole(partly.placed), layers: speak.whole(partly.layers) }))]
}

/** Where it lies while it works, and what is spared. */
function placed({ device, dtype, offload, sparing, insisted }, speak) {
  const said = [speak.say(`placed_${offload}`, { device, dtype }), ...(sparing ?? []).map((one) => speak.say(`sparing_${one.replace(" ", "_")}`)), insisted && speak.say("placed_insisted")]
  return said.filter(Boolean).join(" ")
}

/** What it was trained on: a sentence, or facts by name. */
function training(told, speak) {
  if (typeof told === "string") return [[speak.say("training"), el("span", {}, told)]]
  const said = Object.entries(told).filter(([name]) => !/_(fr|en)$/.test(name)) // "summary_fr" says "summary" in French
    .map(([name, value]) => [name, told[`${name}_${speak.lang}`] ?? value])
  return said.filter(([, value]) => ["string", "number"].includes(typeof value)).map(([name, value]) => [
    speak.has(`training_${name}`) ? speak.say(`training_${name}`) : `${speak.say("training")}: ${name.replaceAll("_", " ")}`,
    typeof value === "number" ? speak.whole(value) : el("span", {}, value),
  ])
}
