// What lies over a screen: a question with two answers, and the calm sentence while the machine is away.

import { el } from "../chain/dom.js"

/** Asks one thing. `open({title, plain, seconds?, yes, no, chosen})`; `chosen(true)` also when anything else is touched. */
export function question(kit) {
  const title = el("h2", { id: "question" })
  const plain = el("p", { id: "question-plain" })
  const clock = el("p", { class: "clock", role: "timer", "aria-live": "off" })
  const heard = el("p", { class: "unseen", role: "status" })
  const yes = el("button", { type: "button", class: "act" })
  const no = el("button", { type: "button", class: "way", onclick: () => answer(false) })
  const node = el("dialog", { class: "question", role: "alertdialog", "aria-labelledby": "question", "aria-describedby": "question-plain", onclick: (event) => no.contains(event.target) || answer(true) },
    clock, title, plain, heard, el("div", { class: "acts" }, yes, no))
  let [asked, before] = [null, null]

  function answer(chosen) {
    const { chosen: tell } = asked ?? {}
    close()
    tell?.(chosen)
  }

  function close() {
    asked = null
    if (!node.open) return
    node.close()
    if (before?.isConnected) before.focus({ preventScroll: true })
  }

  function draw() {
    if (!asked) return
    title.textContent = kit.say(asked.title)
    plain.textContent = kit.say(asked.plain)
    yes.textContent = kit.say(asked.yes)
    no.textContent = kit.say(asked.no)
  }

  /** How many seconds are left to answer; null where there is no hurry. */
  function left(seconds) {
    clock.hidden = seconds === null
    clock.textContent = seconds ?? ""
    if (seconds === null) heard.textContent = ""
    else if (seconds % 10 === 0) heard.textContent = kit.count("left", seconds)
  }

  node.addEventListener("cancel", (event) => {
    event.preventDefault()
    answer(true)
  })
  node.addEventListener("close", () => node.open || answer(true)) // the browser itself may close it

  return {
    node, draw, close, left,
    hurries: () => asked?.seconds !== undefined,
    open(what) {
      close()
      asked = what
      before = document.activeElement
      left(what.seconds ?? null)
      draw()
      node.showModal()
      yes.focus({ preventScroll: true })
    },
  }
}

/** Nothing to be done but wait. */
export function overlay(kit) {
  const title = el("h2", { id: "calm" })
  const plain = el("p", {})
  const node = el("dialog", { class: "calm", "aria-labelledby": "calm" }, title, plain)
  let wanted = false
  node.addEventListener("cancel", (event) => event.preventDefault())
  node.addEventListener("close", () => wanted && show()) // the browser itself may close it

  function draw() {
    title.textContent = kit.say("moment")
    plain.textContent = kit.say("moment_plain")
  }

  function show(open = true) {
    wanted = open
    if (open && !node.open) node.showModal()
    if (!open) node.close()
  }

  return { node, draw, open: () => show(), close: () => show(false) }
}
