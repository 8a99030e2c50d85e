// What all are asked to do: its task, and the passage that it works with.

import { el, say } from "./page.js"
import { remember, remembered } from "./memory.js"

/** A passage, word for word in its own language; its source beneath, a translation marked as ours. */
export function passage({ text, reference, through, translation }) {
  return el("figure", { class: "passage" },
    el("blockquote", { lang: "fr" }, `«\u00a0${text}\u00a0»`),
    translation && el("p", {}, translation, " ", el("small", {}, `(${say("translation")})`)),
    el("figcaption", {}, el("span", { lang: "fr" }, reference), through && ` · ${say("through", { name: through })}`))
}

export function exercisePart() {
  const node = el("section", { class: "exercise", "aria-labelledby": "exercise", hidden: true })
  let told = ""
  return {
    node,
    update(exercise) {
      node.hidden = !exercise
      if (!exercise || told === JSON.stringify(exercise)) return
      told = JSON.stringify(exercise)
      remember(`exercise.${exercise.id}`, JSON.stringify({ title: exercise.title, after: exercise.after }))
      node.replaceChildren(el("p", { class: "note" }, say("exercise")), el("h2", { id: "exercise" }, exercise.title),
        el("p", { class: "task" }, exercise.task), exercise.passage && passage(exercise.passage))
    },
  }
}

/** What was asked in an exercise that may be over: `{title, after}`. */
export function askedIn(id) {
  return JSON.parse(remembered(`exercise.${id}`) || "null") ?? { title: "", after: [] }
}
