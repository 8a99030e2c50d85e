// The words it began with, how it stands, whether it settled; what can be done with it.

import { el, mark } from "../chain/dom.js"
import { computed } from "../chain/language.js"
import { button } from "../darkroom/buttons.js"

export function standing(page) {
  const { speak } = page
  const words = el("p", { class: "gesture", dir: "auto" })
  const facts = el("p", { class: "made-with" })
  const state = el("p", { class: "status", role: "status" })
  const round = el("p", { class: "status-detail" })
  const settled = el("p", { class: "settled" })
  const stop = button(speak.say("stop"), page.stop, "act cancel")
  const goOn = button(speak.say("go_on"), page.goOn, "act")
  const origin = el("a", { class: "quiet" }, speak.say("left_from"))
  const node = el("header", { class: "loop-head" }, el("div", { class: "speaks person" }, mark("person"), words), facts, state, round, settled,
    el("div", { class: "state-acts" }, stop, goOn, button(speak.say("another"), page.leave), origin))
  const enter = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    page.enter(page.loop.parent)
  }
  origin.addEventListener("click", enter)
  return {
    node,
    update() {
      const { loop } = page
      node.hidden = !loop
      if (!loop) return
      words.textContent = loop.prompt
      words.classList.toggle("long", loop.prompt.length > 140)
      facts.replaceChildren(computed(made(loop, speak)))
      const failed = loop.problem && ` ${speak.say(`problem_${loop.problem}`)}`
      const live = loop.state === "running"
      say(state, live && page.lost ? speak.say("lost") : `${speak.say(`loop_${loop.state}`)}${failed}`)
      node.dataset.state = loop.state
      round.hidden = !live
      round.textContent = live ? speak.say("loop_round", { number: speak.whole(Math.min(loop.rounds.length + 1, loop.of)), of: speak.whole(loop.of) }) : ""
      settled.textContent = settles(loop, speak)
      settled.hidden = !settled.textContent
      stop.hidden = !live
      goOn.hidden = !["left", "cancelled", "failed"].includes(loop.state)
      stop.disabled = goOn.disabled = page.busy
      origin.hidden = !loop.parent
      origin.href = loop.parent ? `/loop?id=${loop.parent}&lang=${speak.lang}` : ""
    },
  }
}

/** Text that is spoken when it changes, and only then. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

function made(loop, speak) {
  const plain = loop.enhancer ? loop.rounds.filter((round) => !round.enhanced).length : 0
  const said = [speak.say("made_with", { model: loop.model, seed: loop.seed }), speak.say(`made_${loop.seeds}`),
    loop.enhancer && speak.say("made_enhanced", { name: loop.enhancer }), plain > 0 && speak.count("unwritten", plain)]
  return said.filter(Boolean).join(" · ")
}

/** Whether it settled, in one sentence; "" while there is nothing to tell. */
function settles(loop, speak) {
  if (loop.settled) {
    const [from, every] = loop.settled
    return speak.count("settled", every, { round: speak.whole(from + 1) })
  }
  const again = loop.rounds.findLast((round) => round.repeats !== null)
  if (again && loop.seeds !== "new") return ""
  if (again) return speak.say("repeated_new", { round: speak.whole(again.number + 1), other: speak.whole(again.repeats + 1) })
  return loop.rounds.length > 1 ? speak.count("unsettled", loop.rounds.length) : ""
}
