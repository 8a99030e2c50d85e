// The wall: everybody's pictures as they come, in turn one of them large, and how one joins in.

import { el, say, speak, stillness, stream } from "./page.js"
import { grid } from "./wall_grid.js"
import { joining } from "./wall_join.js"
import { large } from "./wall_large.js"
import { controls } from "./wall_screen.js"
import { turns } from "./wall_turns.js"

const FEW = 3 // pictures beside which there is room for the code in full size
const SOFTLY = 900 // ms

const page = document.getElementById("page")
const [join, pictures, one] = [joining(), grid(), large()]
const told = el("p", { class: "told" })
const count = el("p", { class: "count" })
const notice = el("p", { class: "notice", role: "status" })
const heard = el("p", { class: "unseen", "aria-live": "polite" })
let [state, hanging, begun, stopped, lost, over] = [null, [], false, false, false, false]
let exercise = null

const turning = turns((id, turn) => {
  pictures.update(hanging, turn)
  one.show(hanging.find((picture) => picture.id === id) ?? null, state.exercise, () => stand(id))
})
const hands = controls({
  go: turning.go,
  all: turning.all,
  pause: () => {
    stopped = !stopped
    draw()
  },
})

/** One picture or all of them; what comes comes softly. */
function stand(id) {
  const other = id || page.dataset.view === "large"
  page.dataset.view = id ? "large" : hanging.length > FEW ? "grid" : "join"
  page.dataset.count = hanging.length
  one.node.hidden = !id
  pictures.node.hidden = Boolean(id)
  if (other && !stillness()) (id ? one.node : pictures.node).animate([{ opacity: 0 }, { opacity: 1 }], { duration: SOFTLY })
}

function draw() {
  const held = stopped || state.still
  const now = new Map(state.pictures.map((picture) => [picture.id, picture]))
  // Held still, nothing comes; but what is taken down goes.
  const next = held && begun ? hanging.filter(({ id }) => now.has(id)).map(({ id }) => now.get(id)) : state.pictures
  const come = next.find(({ id }) => !hanging.some((picture) => picture.id === id))
  if (come && hanging.length) heard.textContent = say("new_picture", come)
  if (hanging.some(({ id }) => !now.has(id))) heard.textContent = "" // what came down is not told any more
  hanging = next
  begun = true
  turning.hold(held)
  turning.update(hanging.map(({ id }) => id))
  hands.update(stopped)
  join.update(state)
  task(state.exercise)
  told.hidden = hanging.length > 0
  count.textContent = [hanging.length && speak.count("hang", state.count), state.waiting && speak.count("coming", state.waiting)].filter(Boolean).join(" · ")
  notes()
}

/** What all are asked to do, if they are. */
function task(given) {
  if (given?.id === exercise?.dataset.id) return
  exercise?.remove()
  exercise = given && el("section", { class: "exercise", "data-id": given.id, "aria-labelledby": "exercise" },
    el("h2", { id: "exercise" }, given.title), el("p", {}, given.task))
  if (exercise) bar.append(exercise)
  page.classList.toggle("asked", Boolean(exercise))
}

function notes() {
  const text = over ? "" : lost ? say("lost") : state?.still ? say("held") : stopped ? say("stopped") : ""
  if (notice.textContent !== text) notice.textContent = text
}

function ended() {
  over = true
  turning.hold(true)
  page.replaceChildren(el("p", { class: "over", role: "status" }, say("over")))
}

told.textContent = say("nothing_yet")
const bar = el("div", { class: "bar" }, el("div", { class: "foot" }, count, notice))
page.append(el("h1", { class: "unseen" }, say("title")), join.node, el("div", { class: "show" }, told, pictures.node, one.node), bar, hands.node, heard)

stream("wall", {
  onState: (now) => {
    state = now
    draw()
  },
  onLost: () => {
    lost = true
    notes()
  },
  onBack: () => {
    lost = false
    notes()
  },
  onOver: ended,
})
