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
      data.training && [speak.say("training"), said(data.training)],
      data.licence && [speak.say("licence"), said(data.licence)],
    ]),
  ]
}

const said = (value) => (typeof value === "string" ? el("span", {}, value) : String(value))
