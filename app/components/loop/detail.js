// One round, large: what it was asked, what is said of it, how far it is; and where a person can step in.

import { el, mark } from "../chain/dom.js"
import { facts } from "../chain/figures.js"
import { computed, voiced } from "../chain/language.js"
import { field, renewed } from "../darkroom/buttons.js"
import { caption } from "./strip.js"

export function detail(page) {
  const { speak } = page
  const shown = el("div", { class: "one-round" })
  const prompt = el("textarea", { class: "written", rows: 2, dir: "auto", maxlength: 4000, required: true })
  const go = el("button", { type: "submit", class: "primary" }, speak.say("step_in_go"))
  const form = el("form", { class: "asking step-in", onsubmit: leave }, el("p", { class: "note" }, speak.say("step_in_plain")), field(speak.say("next_prompt"), prompt), el("div", { class: "row" }, go))
  const fold = el("details", { class: "group" }, el("summary", {}, el("span", {}, speak.say("step_in"))), form)
  const numbers = el("details", { class: "folded" }, el("summary", {}, speak.say("numbers")))
  numbers.addEventListener("toggle", () => numbers.open && fill())
  const node = el("section", { class: "detail", "aria-live": "off" }, shown, fold, numbers)

  const here = () => [page.loop, page.origin].find((loop) => loop?.id === page.chosen?.loop)

  async function leave(event) {
    event.preventDefault()
    const loop = here()
    const left = await page.trying(() => page.web.post("leave", { loop: loop.id, after: page.chosen.number + 1, prompt: prompt.value }))
    if (!left) return
    prompt.value = ""
    fold.open = false
    await page.enter(left.id)
    node.previousElementSibling?.scrollIntoView({ block: "start" })
  }

  function fill() {
    const columns = ["from_first", "from_last", "words_from_first", "shared", "vocabulary", "colours"]
    const number = (value) => (value === null ? "–" : speak.number(value))
    const rows = here()?.rounds.map((round) => el("tr", {}, el("th", { scope: "row" }, speak.whole(round.number + 1)), columns.map((key) => el("td", {}, number(round[key]))), el("td", { class: "said" }, round.caption.map(([piece]) => piece).join("")))) ?? []
    numbers.querySelector(".scroll")?.remove()
    numbers.append(el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": speak.say("numbers") }, el("table", { class: "numbers-of-rounds computed" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, speak.say("rounds")), [...columns, "said"].map((key) => el("th", { scope: "col" }, speak.say(key))))), el("tbody", {}, rows))))
  }

  return {
    node,
    update() {
      const loop = here()
      const round = loop?.rounds[page.chosen?.number]
      node.hidden = !round
      if (!round) return
      go.disabled = page.busy
      const again = renewed(shown, [loop.id, round.number, round.said_by, speak.lang], () => one(round, loop.enhancer, speak))
      if (again && numbers.open) fill()
    },
  }
}

function one(round, enhancer, speak) {
  const distance = (value) => (value === null ? "–" : speak.rounded(value))
  const person = round.who === "person"
  const instead = round.said_by === "person"
  return [
    el("a", { class: "large-picture", href: `/?exposure=${round.exposure}&lang=${speak.lang}` }, el("img", { src: `/exposures/${round.exposure}/picture.png`, alt: round.caption.map(([piece]) => piece).join("") })),
    el("div", { class: "round-told" },
      el("h2", {}, speak.say("round", { number: speak.whole(round.number + 1) })),
      el("p", { class: "note" }, speak.say(person ? "asked_person" : "asked_program")), el("p", { class: "words-of", dir: "auto" }, mark(person ? "person" : "program"), " ", voiced(person ? "person" : "program", round.prompt)),
      enhancer && !round.enhanced && el("p", { class: "note" }, speak.say("not_rewritten")),
      round.enhanced && [el("p", { class: "note" }, speak.say("rewritten")), el("p", { class: "words-of", dir: "auto" }, mark("program"), " ", computed(round.enhanced))],
      el("p", { class: "note" }, speak.say(instead ? "person_instead" : "said")), el("p", { class: "words-of", dir: "auto" }, mark(round.said_by), " ", el("span", { class: instead ? "person" : "computed" }, caption(round))),
      round.repeats !== null && el("p", {}, speak.say("same_as", { round: speak.whole(round.repeats + 1) })),
      facts([
        [speak.say("from_first"), distance(round.from_first)], [speak.say("from_last"), distance(round.from_last)], [speak.say("words_from_first"), distance(round.words_from_first)],
        round.shared !== null && [speak.say("shared"), speak.percent(round.shared)], [speak.say("vocabulary"), speak.whole(round.vocabulary)], [speak.say("colours"), speak.number(round.colours)],
      ]),
      el("p", {}, el("a", { class: "quiet", href: `/?exposure=${round.exposure}&lang=${speak.lang}` }, speak.say("its_chain")))),
  ]
}
