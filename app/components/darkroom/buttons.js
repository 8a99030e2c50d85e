// Controls that several parts of the page are made of.

import { el, mark } from "../chain/dom.js"
import { drawnIcon } from "./icons.js"

/** A square button that shows an icon and says in words what it does; `key` is its shortcut. */
export function iconButton(name, label, act, { key = "", kind = "control" } = {}) {
  return el("button", { type: "button", class: kind, "aria-label": label, title: key ? `${label} (${key})` : label, onclick: act }, drawnIcon(name))
}

/** A button that says what it does. */
export const button = (label, act, kind = "small-act") => el("button", { type: "button", class: kind, onclick: act }, label)

/** A button that does things: red, once on a part of the page. */
export const primary = (label, act) => button(label, act, "primary")

let count = 0
/** A label above a control of any kind. */
export function field(label, control, note = null) {
  const id = `darkroom-field-${(count += 1)}`
  control.id = id
  return el("div", { class: "field-row" }, el("label", { for: id }, label), control, note && el("p", { class: "note" }, note))
}

/** A slider with its value beside it; `tell` says the value, `hear` gets it. */
export function slider({ label, min, max, step, value, tell, hear, kind = "" }) {
  const said = el("output", { class: "computed" }, tell(value))
  const input = el("input", { type: "range", min, max, step, value, class: `dial ${kind}`, oninput: () => {
    say()
    hear(Number(input.value))
  } })
  const say = () => {
    said.textContent = tell(Number(input.value))
    input.setAttribute("aria-valuetext", said.textContent)
    input.style.setProperty("--at", (input.value - min) / (max - min))
  }
  say()
  return {
    input,
    node: el("label", { class: "slider" }, el("span", { class: "slider-name" }, label), input, said),
    value: () => Number(input.value),
    set(next) {
      if (document.activeElement === input && input.matches(":active")) return
      input.value = next
      say()
    },
  }
}

/** A whole number to be typed. */
export const numeral = (value, { min = 0, max = 2 ** 32 - 1, hear = () => {} } = {}) => {
  const input = el("input", { type: "number", class: "numeral", min, max, step: 1, inputmode: "numeric", value, oninput: () => input.checkValidity() && input.value !== "" && hear(Number(input.value)) })
  return input
}

/** What a control says instead of acting, where the model cannot do it. */
export const cannot = (reason) => el("p", { class: "cannot" }, mark("program"), " ", reason)

/** Put children into a node only when what they are made from has changed; returns whether it did. */
export function renewed(node, key, make) {
  const told = JSON.stringify(key)
  if (node.dataset.made === told) return false
  node.dataset.made = told
  node.replaceChildren(...[make()].flat(Infinity).filter(Boolean))
  return true
}
