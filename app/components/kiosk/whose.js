// Whose each word is of what the program read: the visitor's, chance's, or a language model's.

import { marked } from "./compose_marks.js"
import { drawnWords } from "./compose_steps.js"

/** Whether a language model rewrote the words. */
export const rewritten = ({ run }) => run.first.enhance?.kind === "enhanced"

/** What was asked for, as it was written. */
export const asked = ({ run }) => run.first.prompt?.data.prompt ?? ""

/** The language in which that was. */
export const tongue = (kit, one) => one?.run.first.prompt?.data.language ?? kit.lang()

/** The words that were asked for: `{text, who}`. */
export const written = (kit, one) => chanced(kit, one, asked(one)).map(({ text, chance }) => ({ text, who: chance ? "chance" : "person" }))

/** The words that were read: `{text, who, tokens}`, with what a language model told of the tokens they hold. */
export function read(kit, one) {
  if (!rewritten(one)) return written(kit, one).map((word) => ({ ...word, tokens: [] }))
  const tokens = placed(one.run.first.enhance.data.tokens)
  const text = tokens.map((token) => token.text).join("")
  let end = 0
  return chanced(kit, one, text).map(({ text: word, chance }) => {
    const begin = text.indexOf(word, end)
    end = begin + word.length
    const own = tokens.filter((token) => token.begin < end && token.end > begin)
    return { text: word, tokens: own, who: own[0]?.whose === "added" ? "program" : chance ? "chance" : "person" }
  })
}

/** Whose the words of an encoding are, one after the other; their text has no spaces and may part a sign from its word. */
export function voices(kit, one, words) {
  const all = read(kit, one)
  const text = all.map(({ text: word }) => word).join(" ")
  const ends = all.map((word, at) => all.slice(0, at + 1).reduce((sum, { text: each }) => sum + each.length + 1, 0))
  let from = 0
  return words.map((word) => {
    const begin = text.indexOf(word.text, from)
    if (begin < 0) return "person"
    from = begin + word.text.length
    return all[ends.findIndex((end) => end > begin)].who
  })
}

/** The tokens that are text, with where they stand in it. */
function placed(tokens) {
  let at = 0
  return tokens.filter((token) => !token.mark).map((token) => ({ ...token, begin: at, end: (at += token.text.length) }))
}

/** The words of a text, with those that chance drew; of a recording nobody knows. */
function chanced(kit, one, text) {
  const { chosen, drawn = [] } = kit.visit
  const parts = new Set(one.recorded ? [] : drawn)
  const words = kit.data.words?.[tongue(kit, one)]
  if (parts.has("prompt")) return marked(text, []).map((word) => ({ ...word, chance: true }))
  return marked(text, words && chosen ? drawnWords({ words: () => words }, chosen, parts) : [])
}

/** Words that mean something, not commas. */
export const meant = (words) => words.filter(({ text }) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text))

const MANY = 12

/** Of very many words those with more than two letters: as many as can be touched. */
export const weighty = (words) => (words.length <= MANY ? words : words.filter(({ text }) => text.length > 2)).slice(0, MANY + 4)
