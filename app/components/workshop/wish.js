// One wish: its words, the pictures that come of it, and what is asked about them afterwards.

import { el, say } from "./page.js"
import { answering } from "./answer.js"
import { askedIn } from "./exercise.js"
import { picture } from "./picture.js"

const LONG = 120 // letters from which words may need more than their six lines
const OVER = new Set(["finished", "cancelled", "failed", "interrupted"])

export function wish(page) {
  const words = el("h3", { class: "written", dir: "auto" })
  const guessed = el("p", { class: "guessed", hidden: true })
  const again = el("button", { type: "button", class: "quiet", onclick: () => page.take(words.textContent) }, say("words_again"))
  const plates = el("ul", { class: "plates" })
  const answer = answering()
  const node = el("li", { class: "wish" }, el("div", { class: "wish-head" }, words, guessed), plates, answer.node, again)
  const pictures = new Map() // by ticket

  return {
    node,
    update(newestFirst) {
      const tickets = newestFirst.toReversed?.() ?? [...newestFirst].reverse()
      const [first] = tickets
      const over = tickets.every((one) => OVER.has(one.state))
      const asked = first.exercise ? askedIn(first.exercise) : { after: [] }
      const answered = tickets.find((one) => one.answer) ?? first
      words.textContent = first.prompt || say("no_words")
      words.classList.toggle("none", !first.prompt)
      if (first.prompt.length > LONG) words.setAttribute("tabindex", "0") // it is scrolled, by keys as well
      guessed.hidden = !first.guess
      if (first.guess && !guessed.childElementCount) guessed.append(el("span", { class: "note" }, `${say("guessed")} `), el("span", { class: "written", dir: "auto" }, first.guess))
      again.hidden = !first.prompt || !over
      plates.classList.toggle("several", tickets.length > 1)
      tickets.forEach((ticket, at) => {
        const here = pictures.get(ticket.id) ?? picture(page)
        if (!pictures.has(ticket.id)) plates.append(here.node)
        pictures.set(ticket.id, here)
        const secret = tickets.length > 1 && asked.after.length > 0 && !answered.answer // by what they differ is what is asked
        here.update(ticket, { number: at + 1, of: tickets.length, secret })
      })
      answer.update(answered, over && tickets.some((one) => one.state === "finished") ? asked.after : [])
    },
    step: (told) => pictures.get(told.ticket)?.step(told),
    back: () => answer.save(),
  }
}
