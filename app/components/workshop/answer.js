// What is asked of a picture once it is there; the answer is saved by itself, and by a button.

import { el, post, say } from "./page.js"
import { remember, remembered } from "./memory.js"

let count = 0

export function answering() {
  const id = `answer-${(count += 1)}`
  const questions = el("ul", { class: "questions" })
  const text = el("textarea", { id, rows: 2, maxlength: 4000, dir: "auto", class: "written" })
  const said = el("p", { class: "note", role: "status" })
  const act = el("button", { type: "button", class: "act second", onclick: () => save() }, say("answer_save"))
  const node = el("div", { class: "answer", hidden: true }, questions,
    el("div", { class: "field" }, el("label", { class: "note", for: id }, say("answer")), text), el("div", { class: "acts" }, act, said))
  let [ticket, saved, sending] = [null, "", false]

  const draft = () => `answer.${ticket}`
  const dirty = () => ticket !== null && text.value.trim() !== saved

  async function save() {
    if (!dirty() || sending) return
    sending = true
    const value = text.value.trim()
    const { ok, json, lost } = await post(`/pictures/${ticket}/answer`, { text: value })
    sending = false
    said.className = ok || lost ? "note" : "refused"
    said.textContent = ok ? say("answer_saved") : lost ? say("answer_unsaved") : (json.said ?? say("problem_none"))
    if (!ok) return
    saved = value
    if (dirty()) said.textContent = say("answer_unsaved")
    else remember(draft(), "")
  }

  text.addEventListener("input", () => {
    remember(draft(), text.value)
    said.className = "note"
    said.textContent = dirty() ? say("answer_unsaved") : ""
  })
  text.addEventListener("blur", save)

  return {
    node, save,
    /** The questions there are; without one, only an answer that was given is shown. */
    update(one, after) {
      const changed = ticket !== one.id || (one.answer !== saved && !dirty() && !sending)
      if (changed) {
        ticket = one.id
        saved = one.answer
        text.value = remembered(draft()) || saved
        if (dirty()) said.textContent = say("answer_unsaved")
      }
      node.hidden = !after.length && !saved
      if (questions.childElementCount !== after.length) questions.replaceChildren(...after.map((question) => el("li", {}, question)))
    },
  }
}
