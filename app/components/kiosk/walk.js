// Walk: what just happened, a card a stage, slowly; each can be opened. It goes on by itself until somebody takes over.

import { el, icon } from "../chain/dom.js"
import { sentence, told } from "./frames.js"
import { close, others, own } from "./others.js"
import { player } from "./player.js"

const [BACK, ON] = ["M15 4 7 12l8 8", "M9 4l8 8-8 8"]
const SHUT = "prompt" // there is nothing behind it
const MEANWHILE = ["denoise", "decode", "select"] // from here on the others are made; until then the machine is the visitor's

export function screen(kit) {
  const title = el("h1", { class: "unseen", tabindex: "-1" })
  const before = el("p", { class: "from-before", hidden: true })
  const show = player(kit)
  const button = (act, kind, run) => el("button", { type: "button", class: kind, "data-act": act, onclick: run })
  const back = button("back", "way", backward)
  const open = button("inside", "act", () => kit.go("inside", { stage: show.stage() }))
  const next = button("next", "way", onward)
  const node = el("section", { class: "view walk", onkeydown: keys }, el("div", { class: "view-body" }, title, before, show.node, el("div", { class: "acts three" }, back, open, next)))
  let one = null

  show.node.addEventListener("click", (event) => event.target.closest(".frame") && show.stage() !== SHUT && open.click())
  show.onend = () => kit.go("meaning")
  show.onstage = (id) => {
    kit.busy(show.auto() && !kit.stopped())
    if (!one.recorded && MEANWHILE.includes(id)) others(kit, one)
    kit.tell(`${told(kit, id).title}. ${sentence(kit, one, id)}`)
    label()
  }

  /** `recording` is one that plays instead of a picture of the visitor's own. */
  function enter({ recording = null, stage = null } = {}) {
    if (recording) kit.visit.film = recording
    one = own(kit)
    show.play(one, { auto: !stage, at: stage })
    show.pause(kit.stopped())
    words()
  }

  function backward() {
    if (!show.step(-1) && !one.recorded) kit.go("watch", { again: true })
  }

  function onward() {
    if (!show.step(1)) kit.go("meaning")
  }

  function keys(event) {
    const ways = { ArrowLeft: backward, ArrowRight: onward }
    if (!(event.key in ways) || event.altKey) return
    event.preventDefault()
    ways[event.key]()
  }

  function words() {
    if (!one) return
    title.textContent = kit.say("walk_title")
    before.hidden = !one.recorded
    before.textContent = kit.say("from_before")
    label()
  }

  function label() {
    back.replaceChildren(icon(BACK), el("span", {}, kit.say("back")))
    back.disabled = one.recorded && show.first()
    next.replaceChildren(el("span", {}, kit.say(show.last() ? "to_meaning" : "onward")), icon(ON))
    next.dataset.act = show.last() ? "meaning" : "next"
    open.textContent = kit.say("look_inside")
    open.classList.toggle("none", show.stage() === SHUT)
  }

  return {
    node, enter, back: backward,
    forget() {
      one = null
      close()
    },
    leave: () => show.stop(),
    draw() {
      if (one) show.draw()
      words()
    },
    paused(stopped) {
      show.pause(stopped)
      kit.busy(show.auto() && !stopped)
    },
  }
}
