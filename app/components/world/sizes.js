// The model beside others, to scale: the area of a square is what a model learnt.

import { computed } from "../chain/language.js"
import { el } from "../chain/dom.js"

const ROLES = { unet: "denoiser", transformer: "denoiser", vae: "decoder", safety_checker: "censor" }
export const role = (name) => ROLES[name] ?? "reader"
const LOUPE = 10 // how many times as wide the smallest is under its loupe

/** Every model as a square of its parts, then the table of all of them. */
export function sizes({ data, speak }) {
  const largest = Math.max(...data.sizes.map((size) => size.parameters))
  const [own] = data.sizes
  const models = data.sizes.map((size) => model(size, own, Math.sqrt(size.parameters / largest), speak))
  return [el("ul", { class: "models" }, models), el("p", { class: "note" }, speak.say("sizes_note")), table(data.sizes, speak)]
}

export const learning = (parts) => parts.filter((part) => part.parameters > 0)
export const large = (value, lang) => new Intl.NumberFormat(lang, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 3 }).format(value)
export const label = (part, speak) => (speak.has(`part_${part.name}`) ? speak.say(`part_${part.name}`) : part.name)

function model(size, own, side, speak) {
  const drawn = square(size, side)
  const embedded = size.id === own.id
  return el("li", { class: `model ${embedded ? "own" : ""}`, style: { "--side": side } },
    el("div", { class: "drawn", "aria-hidden": "true" }, embedded && el("div", { class: "loupe" }, square(size, side * LOUPE)), drawn),
    el("h3", {}, size.title, " ", el("span", { class: "note" }, size.year ? `${size.year}` : speak.say("made_here"))),
    el("p", { class: "total computed" }, large(size.parameters, speak.lang)),
    el("p", { class: "note" }, embedded ? speak.say("loupe", { times: speak.whole(LOUPE) }) : speak.say("times_as_many", { times: speak.number(size.parameters / own.parameters) })),
    el("ul", { class: "portions" }, learning(size.parts).map((part) => portion(part, speak))))
}

/** One model: its parts one on another, each as high as its share. */
function square(size, side) {
  const parts = learning(size.parts)
  return el("div", { class: "square", style: { "--side": side } }, parts.map((part) => el("span", { class: `band ${role(part.name)}`, style: { "flex-grow": part.parameters } })))
}

function portion(part, speak) {
  const tokens = part.vocabulary > 0 && el("span", { class: "note" }, ` (${speak.say("vocabulary_tokens", { count: speak.whole(part.vocabulary) })})`)
  return el("li", {}, el("span", { class: `swatch ${role(part.name)}`, "aria-hidden": "true" }), el("span", {}, label(part, speak), tokens), computed(large(part.parameters, speak.lang)))
}

/** Every part with its class, its count and where that comes from. */
function table(models, speak) {
  const heads = ["model", "part", "class", "numbers", "source"].map((name) => el("th", { scope: "col" }, speak.say(`table_${name}`)))
  const row = (size, part, at) => el("tr", {}, at === 0 && el("th", { scope: "rowgroup", rowspan: size.parts.length + 1 }, size.title),
    el("td", {}, label(part, speak)), el("td", {}, computed(part.kind)),
    el("td", { class: "number-cell" }, part.parameters ? computed(speak.whole(part.parameters)) : speak.say("only_rules")), el("td", { class: "source" }, part.source || speak.say("own_weights")))
  const sum = (size) => el("tr", { class: "sum" }, el("td", { colspan: "2" }, speak.say("total")), el("td", { class: "number-cell" }, computed(speak.whole(size.parameters))), el("td", {}))
  const bodies = models.map((size) => el("tbody", {}, size.parts.map((part, at) => row(size, part, at)), sum(size)))
  return el("details", { class: "folded" }, el("summary", {}, speak.say("sources")),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": speak.say("sources") }, el("table", { class: "sources" }, el("thead", {}, el("tr", {}, heads)), bodies)))
}
