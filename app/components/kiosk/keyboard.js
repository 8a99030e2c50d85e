// A keyboard on the page: the one each language is used to. Keys of a real one work as well, in the same field.

import { el, icon } from "../chain/dom.js"
import { roving } from "./roving.js"

const ROWS = {
  fr: ["éèêàâçùûîïôœ", "azertyuiop", "qsdfghjklm", "wxcvbn’-,"],
  en: ["qwertyuiop", "asdfghjkl", "zxcvbnm’-,"],
}
const BACK = "M21 5H9l-6 7 6 7h12zM12 9l6 6M18 9l-6 6"

/** `field` is written into; `done` when that is finished. */
export function keyboard(kit, field, done) {
  const node = el("div", { class: "keyboard", role: "group" })
  const rove = roving(node)

  /** In place of what is marked, or at the caret. */
  function put(text) {
    const [from, to] = [field.selectionStart, field.selectionEnd]
    if (field.value.length - (to - from) + text.length > field.maxLength) return
    field.setRangeText(text, from, to, "end")
    field.dispatchEvent(new Event("input"))
  }

  function erase() {
    const [from, to] = [field.selectionStart, field.selectionEnd]
    field.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end")
    field.dispatchEvent(new Event("input"))
  }

  const key = (label, act, more = {}) => el("button", { type: "button", class: "key", ...more, onclick: act }, label)
  const row = (letters, at) => el("div", { class: "keys", "data-count": letters.length, "data-row": at }, [...letters].map((one) => key(one, () => put(one))))

  function draw() {
    const lang = kit.lang()
    const rows = (ROWS[lang] ?? ROWS.en).map(row)
    rows.at(-1).append(key(icon(BACK), erase, { class: "key wide", "aria-label": kit.say("erase") }))
    const last = el("div", { class: "keys last" },
      key("", () => put(" "), { class: "key space", "aria-label": kit.say("space") }), key(kit.say("done"), done, { class: "key done" }))
    node.setAttribute("aria-label", kit.say("keyboard"))
    node.replaceChildren(...rows, last)
    rove.settle()
  }

  node.addEventListener("pointerdown", (event) => event.preventDefault()) // the caret stays where it is
  node.addEventListener("mousedown", (event) => event.preventDefault())
  return { node, draw }
}
