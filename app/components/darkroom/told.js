// Alterations in words, and how their words and values stand at a step.

import { el } from "../chain/dom.js"
import { voiced } from "../chain/language.js"

/** What a line does, as nodes. A region may be told by its number of `cells` alone. */
export function toldLine(line, speak) {
  const person = (text) => voiced("person", text)
  const number = (value) => voiced("person", speak.number(value))
  const word = person(line.word ?? "")
  const cells = speak.count("cells", line.cells ?? (line.mask ?? []).join("").split("#").length - 1)
  const values = {
    prompt: { prompt: person(line.prompt || speak.say("no_word")) },
    negative_prompt: { prompt: person(line.negative_prompt || speak.say("no_word")) },
    guidance_scale: { value: number(line.guidance_scale) },
    encoder_layer: { layer: number(line.layer) },
    word_weight: { word, value: number(line.weight) },
    word_vector: { word, other: person(line.other ?? ""), amount: voiced("person", speak.percent(line.amount ?? 1)), seed: person(`${line.seed ?? 0}`) },
    noise: { cells, seed: person(`${line.seed ?? 0}`), amount: voiced("person", speak.percent(line.amount ?? 1)) },
    latents: { cells, rows: number(line.rows ?? 0), columns: number(line.columns ?? 0), factor: number(line.factor ?? 1), seed: person(`${line.seed ?? 0}`), amount: voiced("person", speak.percent(line.amount ?? 1)) },
    steps: { value: number(line.remaining) },
  }[line.kind]
  const key = line.how ? `line_${line.kind}_${line.how}` : `line_${line.kind}`
  return speak.phrase(key, values ?? {})
}

/** From which step on, short. */
export const fromStep = (line, speak) => el("span", { class: "computed line-at" }, speak.say("from_step_short", { step: line.at + 1 }))

/** The marks by which kinds of alteration are told apart in the tree. */
export const SIGNS = { prompt: "A", negative_prompt: "¬", guidance_scale: "g", encoder_layer: "≡", word_weight: "±", word_vector: "→", noise: "◇", latents: "▦", steps: "N" }

/** What holds at a step: of the settings, of the lines in the exposure. */
export function holds(shot, at) {
  const lines = shot.alterations.filter((line) => line.at <= at)
  const last = (kind) => lines.findLast((line) => line.kind === kind)
  return {
    prompt: last("prompt")?.prompt ?? shot.prompt,
    negative_prompt: last("negative_prompt")?.negative_prompt ?? shot.negative_prompt,
    guidance_scale: last("guidance_scale")?.guidance_scale ?? shot.guidance_scale,
    weight: (word, occurrence) => lines.findLast((line) => line.kind === "word_weight" && line.word === word && line.occurrence === occurrence)?.weight ?? 1,
  }
}

/** The encoding of the prompt that holds at a step: the last that has begun by then. */
const encodingAt = (shot, at) => shot.encodings.findLast((one) => one.branch !== "uncond" && (one.from_step ?? 0) <= at)

/** What of the words did not fit, and was never read; "" where all was. */
export const unreadAt = (shot, at) => encodingAt(shot, at)?.truncated ?? ""

export const neverRead = (text, speak) => el("p", { class: "note" }, speak.phrase("truncated", { text: el("q", { class: "person", dir: "auto" }, text) }))

/** The words that are read at a step, each with which of its like it is: of the last encoding that has begun by then. */
export function wordsAt(shot, at) {
  const words = encodingAt(shot, at)?.words ?? []
  const told = new Map()
  return words.map(({ text, known }, place) => {
    const small = text.toLowerCase()
    told.set(small, (told.get(small) ?? 0) + 1)
    return { text, known, place, occurrence: told.get(small) }
  }).filter(({ text }) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text))
}
