// Text becomes vectors: the tokens, the vectors themselves, and how alike the words are.

import { el, mark, unseen } from "../dom.js"
import { facts, matrix } from "../figures.js"

export default function encode(_, kit, run) {
  const all = [...run.encodings.values()]
  const written = all.filter((event) => event.data.branch !== "uncond")
  const unwritten = all.find((event) => event.data.branch === "uncond")
  return [
    written.map((event) => encoding(event, kit, written.length > 1)),
    unwritten && el("p", { class: "note" }, kit.speak.say(unwritten.data.words.length ? "also_encoded_negative" : "also_encoded_empty")),
  ]
}

function encoding({ data, pictures }, kit, named) {
  const { speak, term } = kit
  return el("div", { class: "encoding" },
    named && el("h3", { class: "computed" }, data.encoder),
    chips(data, speak),
    data.unknown?.length > 0 && el("p", { class: "warning" }, speak.count("unknown_words", data.unknown.length, { words: data.unknown.join(", ") })),
    data.truncated && el("p", { class: "warning" }, speak.phrase("truncated", { text: el("q", { class: "person", dir: "auto" }, data.truncated) })),
    pictures.vectors && vectors(pictures.vectors, data, speak),
    likeness(data, kit),
    facts([
      [term("token", speak.say("tokens")), speak.whole(data.tokens.length)],
      [term("embedding", speak.say("vector_length")), speak.count("numbers", data.dim)],
      [term("hidden-layer", speak.say("layers")), speak.whole(data.layers)],
      data.dropped > 0 && [speak.say("dropped"), speak.whole(data.dropped)],
    ]))
}

/** A row a token, and beside the rows whose they are. */
function vectors(source, { tokens, dim, limit }, speak) {
  const whose = (token) => (token.kind === "word" ? "person" : "program")
  const runs = tokens.reduce((all, token) => {
    if (all.at(-1)?.who === whose(token)) all.at(-1).rows += 1
    else all.push({ who: whose(token), rows: 1 })
    return all
  }, [])
  const legend = [["person", "legend_written"], ["program", "legend_unwritten"]]
  return el("figure", { class: "vectors" },
    el("div", { class: "whose", "aria-hidden": "true" }, runs.map(({ who, rows }) => el("span", { class: who, style: { "--rows": rows } }))),
    el("img", { class: "raw", src: source, alt: speak.say("vectors_alt", { tokens: tokens.length, dim }) }),
    el("figcaption", {}, speak.say("vectors_caption", { tokens: tokens.length, dim }), " ", limit && speak.say("vectors_colours", { limit: speak.number(limit) }),
      el("ul", { class: "legend" }, legend.map(([who, key]) => el("li", { class: who }, mark(who), speak.say(key))))))
}

/** The words that are words, not commas, each compared with each. */
function likeness({ words = [], similarity = [] }, { speak, term }) {
  const meant = words.map((_, index) => index).filter((index) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(words[index].text))
  if (meant.length < 2 || similarity.length !== words.length) return null
  const values = meant.map((row) => meant.map((column) => similarity[row][column]))
  return matrix(meant.map((index) => words[index].text), values, {
    caption: term("cosine-similarity", speak.say("similarity_caption")), label: speak.say("similarity_caption"),
    number: (value) => speak.rounded(value),
  })
}

/** A chip a word, with the tokens it became; a bare chip for each mark nobody wrote; what is set around and the padding in one each. */
function chips({ tokens, words, templates = [] }, speak) {
  const list = el("ul", { class: "chips" })
  const padding = tokens.filter((token) => token.kind === "padding")
  const told = new Set()
  const said = [...templates]
  let around = []
  for (const token of [...tokens, null]) {
    if (token?.kind === "template") {
      around.push(token)
      continue
    }
    if (around.length) list.append(template(around, said.shift(), speak))
    around = []
    if (!token || token.kind === "padding") continue
    if (token.kind !== "word" || token.word === null || token.word === undefined) list.append(unwritten(token, speak))
    else if (!told.has(token.word)) {
      told.add(token.word)
      list.append(word(words[token.word], tokens.filter((one) => one.word === token.word), speak))
    }
  }
  if (padding.length) list.append(filling(padding, speak))
  return list
}

function word({ text, known }, tokens, speak) {
  const outside = known === false
  return el("li", { class: `chip written ${outside ? "outside" : ""}` },
    el("span", { class: "chip-word", dir: "auto" }, text),
    el("span", { class: "chip-tokens" }, tokens.map((token) => el("span", { class: "computed" }, `${token.text} `, el("small", {}, `${token.id}`)))),
    outside && el("span", { class: "chip-note" }, speak.say("outside_program")))
}

function unwritten(token, speak) {
  return el("li", { class: "chip unwritten" }, el("span", { class: "chip-word" }, mark("program"), speak.say(`token_${token.kind}`)),
    el("span", { class: "chip-tokens" }, el("span", { class: "computed" }, `${token.text} `, el("small", {}, `${token.id}`))), unseen(speak.say("nobody_wrote")))
}

const LONG = 90 // characters of what was set around a prompt that are seen at once

/** What the program set before or behind the prompt, to be read as it is. */
function template(tokens, said, speak) {
  const text = (said ?? tokens.map((token) => token.text).join(" ")).trim()
  const dropped = tokens.every((token) => token.column === null || token.column === undefined)
  const words = el("q", { class: "computed template", dir: "auto" }, text)
  const body = text.length <= LONG ? words : el("details", {}, el("summary", { class: "computed" }, `${text.slice(0, LONG)}…`), words)
  return el("li", { class: "chip unwritten" }, el("span", { class: "chip-word" }, mark("program"), speak.say("token_template"), " ", el("small", { class: "note" }, speak.count("template_tokens", tokens.length))),
    body, dropped && el("span", { class: "note" }, speak.say("template_dropped")), unseen(speak.say("nobody_wrote")))
}

function filling(padding, speak) {
  return el("li", { class: "chip unwritten" }, el("span", { class: "chip-word" }, mark("program"), speak.say("token_padding")),
    el("span", { class: "chip-tokens" }, el("span", { class: "computed" }, `${padding[0].text} × ${speak.whole(padding.length)} `, el("small", {}, `${padding[0].id}`))),
    unseen(speak.say("nobody_wrote")))
}

