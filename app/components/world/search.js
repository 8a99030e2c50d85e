// Whether the program knows what is typed, in either language, with accents or without.

/** Lower case, no accents, no ligatures, as apparatus.world.grammar.plain has it. */
export const plain = (text) =>
  text.toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae").normalize("NFD").replace(/\p{M}/gu, "")

const split = (text) => text.split(/[^\p{L}]+/u).filter(Boolean)

const SMALL = new Set("un une le la les l d de du des et a an the of and".split(" "))

/** What to look through: every form of every noun and of every attribute's values. */
export function index({ nouns, attributes, words }) {
  const entry = (subject, forms) => ({ subject, forms: forms.map((form) => ` ${split(plain(form)).join(" ")}`) })
  return {
    nouns: nouns.map((noun) => entry(noun, ["fr", "en"].flatMap((lang) => noun[lang].flatMap((word) => [word.text, word.plural])))),
    values: Object.entries(attributes).flatMap(([kind, values]) =>
      values.map((value) => entry({ kind, value }, [...value.forms.fr, ...value.forms.en]))),
    words,
  }
}

/**
 * What was found: `nouns` (a set of ids, null when nothing was typed), `values` that are known too, and the
 * `outside` words, of which no known word is a beginning. A word counts from its first letters on.
 */
export function look(known, typed) {
  const said = split(plain(typed))
  const asked = said.filter((word) => !SMALL.has(word))
  if (!asked.length) return { nouns: null, values: [], outside: [] }
  const whole = asked.join(" ")
  const holds = (piece) => ({ forms }) => forms.some((form) => form.includes(` ${piece}`))
  const matches = (entries) => {
    const together = entries.filter(holds(whole))
    return (together.length || asked.length === 1 ? together : entries.filter((one) => asked.some((word) => holds(word)(one)))).map((one) => one.subject)
  }
  return {
    nouns: new Set(matches(known.nouns).map((noun) => noun.id)),
    values: matches(known.values),
    outside: split(typed.toLowerCase()).filter((word) => !SMALL.has(plain(word)) && !known.words.some((one) => one.startsWith(plain(word)))),
  }
}
