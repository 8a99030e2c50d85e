// Inside the words: what else a language model could have written; and the numbers of each word, and which words are alike to it.

import { el, mark } from "../chain/dom.js"
import { fitting } from "./fitting.js"
import { draw as cut, legend } from "./frames_words.js"
import { reading } from "./reel.js"
import { meant, read, tongue, voices, weighty } from "./whose.js"

const ROADS = 5
const ALIKE = 3
const SIZES = [4, 3.6, 3.2, 2.9, 2.6, 2.3, 2, 1.8, 1.6, 1.4]

/** Each word a button: how likely it was, and what else could have stood there. */
export function enhance(kit, one, keep, redraw) {
  const words = read(kit, one)
  keep.word ??= Math.max(0, words.findIndex(({ who }) => who === "program"))
  const choose = (at) => {
    keep.word = at
    redraw()
  }
  const line = el("p", { class: "said touched-words", dir: "auto", lang: tongue(kit, one) }, words.map(({ text, who }, at) => el("button", { type: "button", class: `word ${who === "program" ? "computed" : who}`, "data-hold": `word-${at}`, "aria-pressed": `${at === keep.word}`, onclick: () => choose(at) }, text)))
  const box = el("div", { class: "said-box" }, line)
  return { ask: kit.say("open_enhance"), picture: el("div", { class: "picture-place words-place" }, box, el("div", { class: "voices" }, legend(kit, words))), tools: el("div", { class: "tools" }, roads(kit, words[keep.word])), settle: () => fitting(line, box, SIZES) }
}

function roads(kit, { text, who, tokens }) {
  const token = tokens[0]
  if (!token || token.probability === null) return el("p", { class: "note" }, kit.say("odds_untold"))
  const own = { text: token.text, probability: token.probability, taken: true }
  const all = [own, ...token.alternatives].filter((one) => one.probability > 0).sort((first, second) => second.probability - first.probability)
  const few = all.slice(0, ROADS).includes(own) ? all.slice(0, ROADS) : [...all.slice(0, ROADS - 1), own]
  const row = (one) => el("li", { class: one.taken ? who : "road" }, el("span", { class: "bar-word computed", dir: "auto" }, one.text.trim() || "·"), el("span", { class: "computed" }, kit.percent(one.probability)), el("span", { class: "measure", style: { "--share": one.probability / few[0].probability } }))
  return el("div", { class: "looked", "aria-live": "polite" }, el("p", {}, kit.say(who === "program" ? "odds_added" : "odds_yours", { word: text, share: kit.percent(token.probability) })), el("ol", { class: "shares" }, few.map(row)))
}

/** A word's numbers, folded to a square, and the words that are most alike to it. */
export function encode(kit, one, keep, redraw) {
  const { data, pictures } = reading(one)
  const whose = voices(kit, one, data.words)
  const all = data.words.map((word, at) => ({ ...word, at, who: whose[at] }))
  const words = [weighty(meant(all)), all].find((some) => some.length) ?? []
  keep.word = words.some(({ at }) => at === keep.word) ? keep.word : longest(words).at
  const word = words.find(({ at }) => at === keep.word)
  const side = Math.ceil(Math.sqrt(data.dim))
  const square = el("canvas", { class: "raw square", width: side, height: side, role: "img", "aria-label": kit.say("folded_alt", { word: word.text, numbers: kit.speaker().whole(data.dim) }) })
  fold(pictures.vectors, word.tokens[0], data.dim, square)
  const picture = el("div", { class: "picture-place" }, square)
  const tokens = word.tokens.map((token) => `${data.tokens[token].text} → ${data.tokens[token].id}`).join(", ")
  const tools = el("div", { class: "tools" }, choices(words, keep.word, (at) => {
    keep.word = at
    redraw()
  }), el("p", { class: "note" }, kit.phrase("folded", { word: el("span", { class: word.who === "program" ? "computed" : word.who }, word.text), token: el("span", { class: "computed" }, tokens), numbers: kit.speaker().whole(data.dim) })), alike(kit, data, words, word))
  return { ask: kit.say("open_encode"), picture, tools }
}

const longest = (words) => words.reduce((best, word) => (word.text.length > best.text.length ? word : best))

/** The words as buttons, in the voices of who wrote them. */
export function choices(words, chosen, choose) {
  return el("ul", { class: "choices" }, words.map(({ text, at, who }) => el("li", {}, el("button", { type: "button", class: `choice ${who === "program" ? "computed" : who}`, dir: "auto", "data-hold": `word-${at}`, "aria-pressed": `${at === chosen}`, onclick: () => choose(at) }, who !== "person" && mark(who), text))))
}

/** One row of the picture of all vectors, line after line in a square. */
async function fold(source, row, numbers, square) {
  const strip = el("canvas", { width: numbers, height: 1 })
  await cut(source, [{ word: { tokens: [row] }, strip }])
  const brush = square.getContext("2d")
  for (let line = 0; line < square.height; line += 1) brush.drawImage(strip, line * square.width, 0, square.width, 1, 0, line, square.width, 1)
}

function alike(kit, { similarity = [] }, words, word) {
  if (words.length < 2 || similarity.length <= word.at) return null
  const row = similarity[word.at]
  const most = words.filter(({ at }) => at !== word.at).map((other) => ({ ...other, value: row[other.at] })).sort((first, second) => second.value - first.value).slice(0, ALIKE)
  return el("div", { class: "looked" }, el("p", { class: "note" }, kit.say("alike")), el("ol", { class: "shares" }, most.map(({ text, who, value }) =>
    el("li", { class: who }, el("span", { class: `bar-word ${who === "program" ? "computed" : ""}`, dir: "auto" }, text), el("span", { class: "computed" }, kit.speaker().rounded(value)), el("span", { class: "measure", style: { "--share": Math.max(0, value) } })))))
}
