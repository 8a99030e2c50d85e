// Asking the host before something is done that cannot be taken back; and showing something large.

import { el, say } from "./page.js"

/** Resolves to whether it is to be done. With a `word`, that word must be typed first. */
export function confirmed({ question, plain, yes, word }) {
  const typed = word && el("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", id: "typed" })
  const go = el("button", { type: "submit", value: "yes", class: "act", disabled: Boolean(word) }, yes)
  const box = el("dialog", { class: "asked", "aria-labelledby": "asked", "aria-describedby": "asked-plain" },
    el("form", { method: "dialog" }, el("h2", { id: "asked" }, question), el("p", { id: "asked-plain" }, plain),
      word && el("div", { class: "field" }, el("label", { for: "typed" }, say("end_type", { word })), typed),
      el("div", { class: "acts" }, go, el("button", { type: "button", class: "quiet", onclick: () => box.close() }, say("no")))))
  typed?.addEventListener("input", () => (go.disabled = typed.value.trim().toLocaleLowerCase() !== word.toLocaleLowerCase()))
  return opened(box).then((said) => said === "yes")
}

/** Something, as large as the window; resolves when it is closed. */
export function shown(label, ...content) {
  const close = el("button", { type: "button", class: "act second", onclick: () => box.close() }, say("close"))
  const box = el("dialog", { class: "shown", "aria-label": label }, content, close)
  box.addEventListener("click", (event) => event.target === box && box.close())
  return opened(box)
}

function opened(box) {
  document.body.append(box)
  box.showModal()
  return new Promise((done) => box.addEventListener("close", () => {
    box.remove()
    done(box.returnValue)
  }))
}
