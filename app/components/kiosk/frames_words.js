// Words: what was asked for, what a language model made of it, and the numbers that each word became.

import { el, mark } from "../chain/dom.js"
import { reading } from "./reel.js"
import { fitting } from "./fitting.js"
import { meant, read, voices, written } from "./whose.js"

const SIZES = [6.4, 5.8, 5.2, 4.6, 4, 3.5, 3, 2.6, 2.2, 1.9, 1.6, 1.35, 1.15] // rem; the largest with which all is seen
const ROWS = 16 // words that are shown at most

/** What was asked for, as large as it goes. */
export function prompt(kit, one) {
  const words = written(kit, one)
  const line = el("p", { class: "said", dir: "auto", lang: one.run.first.prompt.data.language ?? null }, words.flatMap(spoken))
  return whole(kit, line, words)
}

/** The same with what was added, each added word underlined as far as it was likely. */
export function enhance(kit, one) {
  const words = read(kit, one)
  const line = el("p", { class: "said rewritten", dir: "auto", lang: one.run.first.prompt.data.language ?? null }, words.flatMap(weighed))
  const { dropped } = one.run.first.enhance.data
  const left = dropped?.length > 0 && el("span", { class: "left-out" }, kit.phrase("left_out", { words: el("s", { class: "person" }, dropped.join(" ")) }))
  return whole(kit, line, words, [left, el("span", { class: "note" }, kit.say("line_likely"))])
}

function whole(kit, line, words, note) {
  const box = el("div", { class: "said-box" }, line)
  const node = el("figure", { class: "frame words-frame" }, box, el("figcaption", { class: "voices" }, legend(kit, words), note))
  return { node, settle: () => fitting(line, box, SIZES) }
}

/** A word in the voice of who wrote it, which is marked where it begins to be another's than the visitor's. */
export function spoken({ text, who }, at, all) {
  const begins = who !== "person" && who !== all[at - 1]?.who
  const word = el("span", { class: who === "program" ? "word computed" : `word ${who}` }, text)
  return [begins ? el("span", { class: `begins ${who}` }, mark(who), word) : word, " "]
}

/** The same, underlined to the share of its length that says how likely it was. */
function weighed(word, at, all) {
  const nodes = spoken(word, at, all)
  const likely = word.who === "program" && word.tokens[0]?.probability
  const shown = nodes[0].querySelector(".word") ?? nodes[0]
  if (likely) shown.style.setProperty("--share", likely)
  return nodes
}

/** Who wrote, as far as there is more than one. */
export function legend(kit, words) {
  const there = ["person", "program", "chance"].filter((who) => words.some((word) => word.who === who))
  return there.length > 1 && el("ul", { class: "legend" }, there.map((who) => el("li", { class: who }, mark(who), kit.say(`wrote_${who}`))))
}

/** Each word, its token, and its row of numbers as honest pixels. */
export function encode(kit, one) {
  const { data, pictures } = reading(one)
  const whose = voices(kit, one, data.words)
  const words = meant(data.words.map((word, at) => ({ ...word, who: whose[at] }))).slice(0, ROWS)
  const rows = words.map((word) => ({ word, strip: el("canvas", { class: "strip", width: data.dim, height: word.tokens.length, "aria-hidden": "true" }) }))
  draw(pictures.vectors, rows)
  const table = el("ol", { class: "vectors", style: { "--rows": rows.length } }, rows.map(({ word, strip }) => el("li", {},
    el("span", { class: `vector-word ${word.who === "program" ? "computed" : word.who}`, dir: "auto" }, word.text),
    el("span", { class: "vector-token computed" }, word.tokens.map((token) => data.tokens[token].id).join(" ")), strip)))
  const node = el("figure", { class: "frame vectors-frame" }, table,
    el("figcaption", { class: "note" }, kit.say("rows_are", { numbers: kit.speaker().whole(data.dim) }), data.unwritten > 0 && [" ", kit.count("rows_unwritten", data.unwritten)]))
  return { node }
}

/** Cut from the picture of all vectors, a row of pixels a token, those of each word. */
export async function draw(source, rows) {
  const all = el("img", { src: source, alt: "" })
  await all.decode().catch(() => {})
  for (const { word, strip } of rows) {
    const brush = strip.getContext("2d")
    word.tokens.forEach((token, at) => brush.drawImage(all, 0, token, all.naturalWidth, 1, 0, at, strip.width, 1))
  }
}
