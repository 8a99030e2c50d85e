// Several texts word by word: what they share, and what of each the others do not have.

import { el } from "../chain/dom.js"

/** The longest row of words that stands in both, in one order. */
function shared(one, other) {
  const longest = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1))
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      longest[i][j] = one[i] === other[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1])
  const found = []
  let [i, j] = [0, 0]
  while (longest[i][j]) {
    if (one[i] === other[j]) {
      found.push(one[i])
      i += 1
      j += 1
    } else if (longest[i + 1][j] >= longest[i][j + 1]) i += 1
    else j += 1
  }
  return found
}

/** Of each text, whether a word of it is missing in another; of a text that stands alone, none is. */
export function apart(texts) {
  const all = texts.map((words) => words.map(({ text }) => text.toLowerCase()))
  const common = all.reduce((left, words) => (left ? shared(left, words) : words), null) ?? []
  return all.map((words) => {
    let next = 0
    return words.map((word) => {
      const here = word === common[next]
      next += here
      return !here
    })
  })
}

/** A text as nodes: each word in the voice of whose it is; those that are `alone` underlined, the others dim beside them. */
export function laid({ text, words, tokens }, alone) {
  const some = alone.includes(true)
  let [at, written] = [0, 0]
  const chosen = tokens.flatMap((token) => {
    const begin = written
    written += token.mark ? 0 : token.text.length
    return token.chosen ? [[begin, written]] : []
  })
  const nodes = words.flatMap(({ begin, end, whose }, place) => {
    const before = text.slice(at, begin)
    at = end
    const person = whose !== "added" || chosen.some(([from, to]) => from < end && to > begin)
    return [before, el("span", { class: `${person ? "person" : "computed"} ${alone[place] ? "alone" : some ? "shared" : ""}` }, text.slice(begin, end))]
  })
  return [...nodes, text.slice(at)]
}
