// The host's page: how one joins, how the room is set, the exercises, everybody, everything; for a glance between two sentences.

import { el, post, say, stream } from "./page.js"
import { home } from "./host_end.js"
import { exercises } from "./host_exercises.js"
import { line, people } from "./host_people.js"
import { pictures } from "./host_pictures.js"
import { top } from "./host_top.js"

const page = document.getElementById("page")
const problem = el("p", { class: "refused", role: "alert", hidden: true })
const lost = el("p", { class: "notice", role: "status" })
let over = false

/** Tell the server; a refusal becomes a line on the page. Resolves to whether it was done. */
async function act(url, body = {}) {
  problem.hidden = true
  const answer = await post(url, body)
  if (answer.ok || over) return true
  problem.textContent = answer.json.said ?? say(answer.lost ? "unheard" : "not_done")
  problem.hidden = false
  return false
}

function ended() {
  over = true
  document.querySelectorAll("dialog").forEach((box) => box.close())
  const told = el("h1", { tabindex: "-1" }, say("over"))
  page.replaceChildren(el("div", { class: "over" }, told, el("p", { class: "note" }, say("over_plain"))))
  told.focus()
}

const head = top(act)
const parts = { exercises: exercises(act), people: people(act), line: line(act), pictures: pictures(act), home: home(act, ended) }
const nodes = (...names) => names.map((name) => parts[name].node)
const room = el("div", { class: "parts", hidden: true },
  el("div", { class: "lead" }, nodes("exercises", "people", "home")), el("div", { class: "made-here" }, nodes("line", "pictures")))
page.append(head.node, el("div", { class: "messages" }, lost, problem), room)

stream("host", {
  onState: (state) => {
    head.update(state)
    for (const one of Object.values(parts)) one.update(state)
    room.hidden = false
  },
  onLost: () => (lost.textContent = say("lost")),
  onBack: () => (lost.textContent = ""),
  onOver: ended,
})
