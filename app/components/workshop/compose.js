// Where one writes: the words, what is expected of them, and the button. Nothing that was typed is ever lost.

import { data, el, say } from "./page.js"
import { remember, remembered } from "./memory.js"

const REST = 1200 // ms in which a second tap is taken for the same one

/** `ask` is told each wish. */
export function compose({ ask }) {
  const guess = area("guess", 2)
  const words = area("words", 2)
  words.placeholder = data().placeholder
  const begin = el("div", { class: "begin", hidden: true })
  const row = (odd) => el("ul", { class: "cards" }, data().cards.filter((_, at) => at % 2 === odd).map((card) => el("li", {}, chip(card))))
  const empty = el("button", { type: "button", class: "quiet empty", onclick: () => take("") }, say("empty"))
  const enhance = el("input", { type: "checkbox", role: "switch", id: "enhance", "aria-describedby": "enhance-plain" })
  const question = el("label", { for: "guess" })
  const fixed = el("div", { class: "fixed", hidden: true })
  const label = el("label", { for: "words" }, say("prompt"))
  const said = el("p", { class: "said", role: "status" })
  const act = el("button", { type: "submit", class: "act make" }, say("make"))
  const guessing = el("div", { class: "field", hidden: true }, question, guess, el("p", { class: "note" }, say("before_first")))
  const writing = el("div", { class: "field" }, el("div", { class: "label-line" }, label, empty), words)
  const carding = el("div", { class: "carding", role: "group", "aria-labelledby": "cards" }, el("p", { id: "cards", class: "note" }, say("cards")),
    el("div", { class: "rows" }, row(0), row(1)))
  const enhancing = el("div", { class: "enhance" }, enhance, el("label", { for: "enhance" }, say("enhance")), el("p", { id: "enhance-plain", class: "note" }, say("enhance_plain")))
  const node = el("form", { class: "compose", novalidate: true, onsubmit: submit, onkeydown: hasten }, guessing, fixed, writing, begin, enhancing, act, said, carding)
  let [exercise, mode, told] = [null, null, null] // the exercise, its id ("" where there is none), and how it was told
  let [sent, resting] = [remembered("sent"), false]

  const fix = () => exercise !== null && exercise.prompt !== null
  const unsent = () => Boolean(words.value.trim()) && words.value !== sent && words.value !== exercise?.start

  function chip(text) {
    return el("button", { type: "button", class: "chip", dir: "auto", onclick: () => take(text) }, text)
  }

  /** Words that are not typed: a card's, an exercise's, those of an earlier picture. */
  function take(text, { open = false } = {}) {
    words.value = text
    remember(`draft.${mode}`, text)
    tell("")
    changed()
    if (open || !text) words.focus()
  }

  function changed() {
    empty.hidden = !words.value
    begin.hidden = fix() || !exercise?.start || words.value === exercise.start
    carding.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", `${one.textContent === words.value}`))
  }

  function tell(sentence, kind = "") {
    said.textContent = sentence
    said.className = `said ${kind}`
  }

  function missing(sentence, input) {
    tell(say(sentence), "refused")
    input.focus()
  }

  /** Ctrl or Command with Enter, as elsewhere. */
  function hasten(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event)
  }

  function submit(event) {
    event.preventDefault()
    if (resting) return
    if (exercise?.before && !guess.value.trim()) return missing("guess_missing", guess)
    if (!fix() && !words.value.trim()) return missing("words_missing", words)
    resting = true
    setTimeout(() => (resting = false), REST)
    if (!fix()) remember("sent", (sent = words.value))
    ask({ prompt: fix() ? exercise.prompt : words.value.trim(), enhance: !exercise && enhance.checked, exercise: exercise?.id ?? "", guess: exercise?.before ? guess.value.trim() : "" })
    write(guess, "")
    document.activeElement?.blur() // a phone's keyboard goes, and the picture is seen
  }

  function write(input, text) {
    input.value = text
    remember(input === guess ? `guess.${mode}` : `draft.${mode}`, text)
  }

  /** Another exercise, or none: what was being written stays, unless a prompt is given; then it comes back later. */
  function enter(other) {
    const writes = unsent()
    exercise = other
    mode = other?.id ?? ""
    guess.value = remembered(`guess.${mode}`)
    if (writes && !fix()) remember(`draft.${mode}`, words.value)
    else if (!writes) words.value = remembered(`draft.${mode}`) || (exercise?.start ?? "")
    if (said.classList.contains("refused")) tell("")
  }

  function draw() {
    guessing.hidden = !exercise?.before
    question.textContent = exercise?.before ?? ""
    writing.hidden = fix()
    carding.hidden = fix() || (exercise && !exercise.cards) || !data().cards.length
    enhancing.hidden = Boolean(exercise)
    fixed.hidden = !fix()
    if (fix()) fixed.replaceChildren(...given())
    begin.replaceChildren(el("span", { class: "note" }, say("begin_with")), chip(exercise?.start ?? ""))
    act.textContent = exercise?.pictures > 1 ? say("make_many", { count: exercise.pictures }) : say("make")
    changed()
  }

  const given = () => [el("p", { class: "note" }, say(exercise.prompt ? "fixed" : "fixed_none")), exercise.prompt && el("p", { class: "written", dir: "auto" }, exercise.prompt),
    unsent() && el("p", { class: "note" }, say("kept_for_later"))].filter(Boolean)

  words.addEventListener("input", () => {
    write(words, words.value)
    changed()
  })
  guess.addEventListener("input", () => write(guess, guess.value))

  return {
    node, take, tell,
    /** What is asked of all, now. */
    update(other) {
      if (told === JSON.stringify(other)) return
      told = JSON.stringify(other)
      if (mode !== (other?.id ?? "")) enter(other)
      exercise = other
      draw()
    },
    /** It was not taken: what was expected of it is given back. */
    giveBack(wish) {
      if (wish.guess && wish.exercise === mode && !guess.value) write(guess, wish.guess)
    },
    busy: (sending) => act.toggleAttribute("aria-busy", sending),
  }
}

function area(id, rows) {
  return el("textarea", { id, rows, maxlength: 2000, dir: "auto", class: "written", autocapitalize: "off" })
}
