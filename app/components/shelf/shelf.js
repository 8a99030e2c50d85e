// Every model the apparatus knows: its parts to scale, what it needs, what it forbids, whether it is here.

import { el } from "../chain/dom.js"
import { facts } from "../chain/figures.js"
import { computed, speaker } from "../chain/language.js"
import { label, large, learning, role } from "../world/sizes.js"
import { wardrobe } from "./wardrobe.js"

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".shelf")
  const told = JSON.stringify(data)
  if (root.dataset.told === told) return
  root.dataset.told = told
  const speak = speaker(data)
  const use = (id) => setTriggerValue("use", id)
  const here = data.models.filter((model) => model.state !== "away")
  const away = data.models.filter((model) => model.state === "away")
  const held = root.getRootNode().activeElement?.id
  root.replaceChildren(board("here", here, speak, use), wardrobe(data.loras, speak, (lora) => setTriggerValue("wear", lora)), away.length ? board("away", away, speak, use) : "")
  if (held) root.querySelector(`#${CSS.escape(held)}`)?.focus() // what was pressed was drawn anew
}

function board(name, models, speak, use) {
  const heading = `models-${name}`
  return el("section", { class: `board ${name}`, "aria-labelledby": heading }, el("h2", { id: heading }, speak.say(`${name}_title`)),
    speak.has(`${name}_plain`) && el("p", { class: "plain" }, speak.say(`${name}_plain`)), el("ul", { class: "shelved" }, models.map((model) => one(model, speak, use))))
}

function one(model, speak, use) {
  return el("li", { class: model.chosen ? "known chosen" : "known" },
    el("div", { class: "who" }, el("h3", {}, model.title, " ", model.year && el("span", { class: "note" }, `${model.year}`)), el("p", { class: "note" }, amounts(model, speak)), act(model, speak, use)),
    el("div", { class: "made-of" }, model.parts.length ? [strip(model.parts), portions(model.parts, speak)] : el("p", { class: "note" }, speak.say("not_counted"))),
    el("div", { class: "terms-of" }, licence(model, speak)),
    details(model, speak))
}

const amounts = ({ parameters, memory, precision }, speak) => (parameters ? [speak.say("parameters_short", { count: large(parameters, speak.lang) }), " ", speak.say("memory_of", { size: speak.bytes(memory), precision }), "."] : [])

/** What can be done with it: use it, or read why not, or copy the command that fetches it. */
function act(model, speak, use) {
  if (model.state === "broken") return el("p", { class: "warning" }, model.why)
  if (model.state === "away") return command(`apparatus fetch ${model.id}`, speak)
  const id = `use-${encodeURIComponent(model.id)}` // of both: who pressed the button is led to the sentence in its place
  if (model.chosen) return el("p", { id, class: "in-use", role: "status", tabindex: "-1" }, speak.say("in_use"))
  return el("button", { id, type: "button", class: "use", onclick: () => use(model.id) }, speak.say("use"))
}

/** A line to be typed; a touch copies it, where the browser lets it. */
function command(text, speak) {
  const said = el("span", { class: "note", role: "status" })
  const copy = async () => {
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false)
    said.textContent = copied ? speak.say("copied") : ""
  }
  return el("p", { class: "command" }, el("button", { type: "button", title: speak.say("copy"), onclick: copy }, el("code", {}, text)), " ", said)
}

/** Its parts beside each other, each as wide as its share. */
function strip(parts) {
  return el("div", { class: "strip", "aria-hidden": "true" }, learning(parts).map((part) => el("span", { class: `band ${role(part.name)}`, style: { "flex-grow": part.parameters } })))
}

function portions(parts, speak) {
  return el("ul", { class: "portions" }, learning(parts).map((part) =>
    el("li", {}, el("span", { class: `swatch ${role(part.name)}`, "aria-hidden": "true" }), el("span", {}, label(part, speak)), computed(large(part.parameters, speak.lang)))))
}

function licence({ licence: name, link, forbids, gated }, speak) {
  const shown = name || speak.say("licence_unknown")
  return [el("p", {}, link ? el("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, shown) : shown), forbids && el("p", { class: "note" }, speak.say("forbids"), speak.lang === "fr" ? "\u00a0: " : ": ", forbids),
    gated && el("p", { class: "note" }, speak.say("gated"))]
}

function details(model, speak) {
  const { steps, guidance, width, height } = model
  const defaults = [steps && speak.count("default_steps", steps), guidance !== null && speak.say("default_guidance", { value: speak.number(guidance) }), width && speak.say("size_pixels", { width, height })].filter(Boolean)
  const source = (part) => part.source || speak.say("own_weights")
  return el("details", { class: "folded" }, el("summary", {}, speak.say("details")), facts([
    model.family && [speak.say("family"), model.family],
    model.repository && [speak.say("repository"), `${model.repository} (${model.revision ? model.revision.slice(0, 12) : speak.say("newest")})`],
    defaults.length > 0 && [speak.say("defaults"), el("span", {}, defaults.join(", "))],
    model.fault && [speak.say("fault"), el("span", { class: "computed", lang: "en" }, model.fault)],
    model.training && [speak.say("training"), el("span", {}, model.training)],
  ]), el("ul", { class: "counted" }, learning(model.parts).map((part) => el("li", {}, el("span", {}, label(part, speak)), computed(part.kind), computed(speak.whole(part.parameters)), el("span", { class: "note" }, source(part))))))
}
