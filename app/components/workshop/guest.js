// A participant's page. It is told how all of it stands, whenever that changes, and each step of its own pictures.

import { el, say, stream } from "./page.js"
import { compose } from "./compose.js"
import { exercisePart } from "./exercise.js"
import { foot } from "./foot.js"
import { head } from "./head.js"
import { inside } from "./inside.js"
import { forget } from "./memory.js"
import { mine } from "./mine.js"
import { outbox } from "./outbox.js"

const root = document.getElementById("page")
const heard = el("p", { class: "unseen", role: "status" })
const notice = el("p", { class: "notice", role: "status", hidden: true })
const wide = matchMedia("(width >= 60rem)")
const page = {
  lost: false,
  state: null,
  /** Said to those who listen; never each step. */
  announce: (sentence) => (heard.textContent = sentence),
  open: (ticket) => look.open(ticket),
  take(words) {
    form.take(words, { open: true })
    form.node.scrollIntoView({ block: "start" })
  },
}

const top = head()
const exercise = exercisePart()
const look = inside()
const form = compose({ ask: (wish) => page.outbox.add(wish) })
const own = mine(page)
const end = foot()

page.outbox = outbox({
  changed() {
    const sending = page.outbox.sending()
    form.busy(sending)
    if (sending) form.tell(say("sending"))
    else if (page.outbox.unheard().length) form.tell(say("unsent"))
    own.waiting()
  },
  sent() {
    form.tell(say("asked"))
    if (!wide.matches) own.show()
  },
  refused(wish, { said }) {
    form.tell(said ?? say("problem_none"), "refused")
    form.giveBack(wish)
  },
})

function draw() {
  const sentence = page.lost ? say("lost") : page.state?.paused ? say("paused") : ""
  notice.hidden = !sentence
  if (notice.textContent !== sentence) notice.textContent = sentence
}

function told(state) {
  if (!state.you) return ended("gone")
  page.state = state
  top.update(state)
  exercise.update(state.exercise)
  form.update(state.exercise)
  own.update(state)
  end.update(state)
  draw()
}

/** Nothing is here any more: deleted by the host, or this page was asked to leave. */
function ended(why) {
  stop()
  forget()
  if (look.node.open) history.back()
  root.replaceChildren(el("div", { class: "end" }, el("h1", { tabindex: "-1" }, say(`${why}_title`)), el("p", {}, say(why)), why === "gone" && el("p", {}, el("a", { class: "act", href: "/" }, say("to_door")))))
  root.querySelector("h1").focus({ preventScroll: true })
  scrollTo(0, 0)
}

root.append(top.node, notice, el("div", { class: "columns" }, el("div", { class: "ask" }, exercise.node, form.node), own.node), end.node, heard, look.node)
form.update(null)
own.waiting()

const stop = stream("guest", {
  onState: told,
  onStep: own.step,
  onLost() {
    page.lost = true
    draw()
  },
  onBack() {
    page.lost = false
    draw()
    page.announce(say("back"))
    page.outbox.flush()
    own.back()
  },
  onOver: () => ended("over"),
})
page.outbox.flush()
addEventListener("online", () => page.outbox.flush())
