// What is done to single words: a fader each for how much they are attended to, and other vectors for them.

import { el } from "../chain/dom.js"
import { button, cannot, field, numeral, renewed, slider } from "./buttons.js"
import { holds, neverRead, unreadAt, wordsAt } from "./told.js"

/** 1 stands in the middle of the fader: below it 0 to 1, above it 1 to 3. */
const weightOf = (place) => Math.round((place < 0 ? 1 + place : 1 + 2 * place) * 20) / 20
const placeOf = (weight) => (weight < 1 ? weight - 1 : Math.min(1, (weight - 1) / 2))

/** The mixer. */
export function weights(desk) {
  const { speak, bench } = desk
  const body = el("div", { class: "faders" })
  const node = el("div", { class: "group-body" }, el("p", { class: "note" }, speak.say("weights_help")), body)
  let now = 0
  let dials = []

  const like = ({ text, occurrence }) => ({ kind: "word_weight", at: now, word: text, occurrence })
  const standing = ({ text, occurrence }) => holds(desk.shot, now).weight(text, occurrence)
  const make = (word) => {
    const dial = slider({ label: el("span", { class: "word", dir: "auto" }, word.text), min: -1, max: 1, step: 0.025, value: 0, kind: "fader",
      tell: (place) => `× ${speak.number(weightOf(place))}`,
      hear: (place) => bench.set({ ...like(word), weight: weightOf(place) }, weightOf(place) !== standing(word)) })
    dial.input.addEventListener("dblclick", () => bench.set({ ...like(word), weight: 1 }, standing(word) !== 1))
    return { ...dial, word }
  }

  return {
    node,
    update(at) {
      now = at
      const can = desk.shot.can.words
      const words = wordsAt(desk.shot, at)
      const unread = unreadAt(desk.shot, at)
      renewed(body, [can, words, unread], () => {
        dials = can ? words.map(make) : []
        return can ? [dials.map((dial) => dial.node), unread && neverRead(unread, speak)] : [cannot(speak.say("cannot_words"))]
      })
      dials.forEach((dial) => {
        const line = bench.find(like(dial.word))
        dial.set(placeOf(line?.weight ?? standing(dial.word)))
        dial.node.classList.toggle("touched", Boolean(line))
      })
    },
  }
}

/** A word's vector: on the way to another word, to the middle with another, or to noise. */
export function vectors(desk) {
  const { speak, bench } = desk
  let now = 0
  const word = el("select", {})
  const how = el("select", { onchange: () => shape() }, ["toward", "average", "noise"].map((one) => el("option", { value: one }, speak.say(`vector_${one}`))))
  const other = el("input", { type: "text", class: "written", maxlength: 200, dir: "auto", autocomplete: "off", placeholder: speak.say("other_word_example"), oninput: () => shape() })
  const mate = el("select", {})
  const seed = numeral(0)
  const amount = slider({ label: speak.say("amount"), min: 0, max: 1, step: 0.01, value: 0.5, tell: (value) => speak.percent(value), hear: () => {} })
  const put = button(speak.say("put_on_list"), add)
  const [toward, average, noise] = [field(speak.say("other_word"), other), field(speak.say("with_word"), mate), field(speak.say("seed"), seed)]
  const controls = el("div", { class: "group-body" }, field(speak.say("word"), word), field(speak.say("vector_how"), how), toward, average, noise, amount.node, put)
  const no = el("div", {})
  shape()

  function shape() {
    toward.hidden = how.value !== "toward"
    average.hidden = how.value !== "average"
    noise.hidden = how.value !== "noise"
    put.disabled = !word.value || (how.value === "toward" && !other.value.trim())
  }

  function add() {
    const chosen = wordsAt(desk.shot, now)[Number(word.value)]
    const second = wordsAt(desk.shot, now)[Number(mate.value)]
    bench.put({ kind: "word_vector", at: now, word: chosen.text, occurrence: chosen.occurrence, how: how.value, amount: amount.value(), seed: Number(seed.value) || 0,
      other: how.value === "toward" ? other.value.trim() : how.value === "average" ? second.text : "" })
  }

  return {
    node: el("div", {}, controls, no),
    update(at) {
      now = at
      const can = desk.shot.can.vectors ?? desk.shot.can.words
      controls.hidden = !can
      renewed(no, can, () => (can ? [] : [cannot(speak.say("cannot_words"))]))
      const words = wordsAt(desk.shot, at)
      const options = () => words.map(({ text }, place) => el("option", { value: place }, text))
      renewed(word, words, options)
      if (renewed(mate, words, options) && words.length > 1) mate.value = "1"
      shape()
    },
  }
}
