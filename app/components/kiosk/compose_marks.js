// Which words of a sentence stand for what was drawn by chance. The server writes the sentence; the words bend in it.

const plain = (word) => word.toLowerCase().replaceAll("œ", "oe").normalize("NFD").replace(/\p{M}/gu, "").replace(/^(l|d|qu)['’]/, "").replace(/[^\p{L}\d]+/gu, "")
const SMALL = new Set(["un", "une", "le", "la", "les", "l", "d", "de", "du", "des", "a", "an", "the", "en", "as", "in", "of"])

/** Whether one is the other, bent: bleu and bleues, blanc and blanche, cat and cats. */
function akin(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length > 0 && long.startsWith(short) && long.length - short.length <= 3
}

/** The words of a sentence as `{text, chance}`; `drawn` holds the words of the cards that chance drew. */
export function marked(sentence, drawn) {
  const words = sentence.split(/\s+/).filter(Boolean).map((text) => ({ text, bare: plain(text), chance: false }))
  for (const card of drawn) {
    const said = card.split(/\s+/).map(plain).filter(Boolean)
    const run = words.findIndex((_, at) => said.every((word, on) => words[at + on] && !words[at + on].chance && akin(words[at + on].bare, word)))
    if (run >= 0) words.slice(run, run + said.length).forEach((word) => (word.chance = true))
    else loosely(words, said)
  }
  return words.map(({ text, chance }) => ({ text, chance }))
}

/** Where the card's words do not stand together: those of them that mean something. */
function loosely(words, said) {
  for (const word of said.filter((one) => !SMALL.has(one))) {
    const found = words.find((other) => !other.chance && akin(other.bare, word))
    if (found) found.chance = true
  }
}
