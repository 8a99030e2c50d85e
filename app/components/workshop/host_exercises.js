// The exercises: each can be read before it is started for everybody; the one that runs is seen at once.

import { data, el, say, speak } from "./page.js"

export function exercises(act) {
  const rows = data().exercises.map((one) => row(one, act))
  const node = el("section", { class: "exercises", "aria-labelledby": "exercises" },
    el("h2", { id: "exercises" }, say("exercises")),
    el("p", { class: "note" }, say(rows.length ? "exercises_plain" : "no_exercises")),
    el("ul", {}, rows.map((one) => one.node)))
  return { node, update: (state) => rows.forEach((one) => one.update(state.exercise)) }
}

function row(one, act) {
  let running = false
  const now = el("span", { class: "now", hidden: true }, say("now"))
  const button = el("button", { type: "button", class: "act", onclick: () => act("/room", { exercise: running ? "" : one.id }) })
  const sheet = el("details", { name: "exercise" }, el("summary", {}, el("span", {}, one.title), now), el("div", { class: "sheet" }, button, told(one)))
  const node = el("li", {}, sheet)
  return {
    node,
    update(id) {
      running = id === one.id
      node.classList.toggle("running", running)
      now.hidden = !running
      button.textContent = say(running ? "end" : "start")
      button.classList.toggle("second", running)
    },
  }
}

function told(one) {
  const given = one.prompt === "" ? [say("prompt_silent")] : one.prompt ? [say("prompt_given"), " ", own(one.prompt)] : one.start ? [say("begins_with"), " ", own(one.start)] : null
  return [
    el("h3", {}, say("task")), el("p", {}, one.task), given && el("p", {}, given),
    one.pictures > 1 && el("p", { class: "note" }, speak.count("many", one.pictures)),
    one.before && [el("h3", {}, say("before")), el("p", {}, one.before)],
    one.after.length > 0 && [el("h3", {}, say("after")), el("ul", { class: "questions" }, one.after.map((question) => el("li", {}, question)))],
    el("h3", {}, say("note")), el("div", { class: "for-you" }, one.note.split(/\n\s*\n/).map((part) => el("p", {}, part))),
    passage(one.passage),
  ]
}

const own = (text) => el("q", { class: "person", dir: "auto" }, text)

function passage(quote) {
  return el("figure", { class: "passage" }, el("blockquote", { lang: "fr" }, `«\u00a0${quote.text}\u00a0»`),
    quote.translation && el("p", {}, `${quote.translation} (${say("translation")})`),
    el("figcaption", {}, el("span", { lang: "fr" }, quote.reference), quote.through && ` (${say("through", { name: quote.through })})`))
}
