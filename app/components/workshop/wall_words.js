// Which words of a text stood in another one: what a person wrote, in what a language model made of it.

const bare = (word) => word.toLocaleLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

/** The pieces of `after` in order, `[text, own]`: own where the same words stand in `before`, in the same order. */
export function shared(before, after) {
  const [first, second] = [before.split(/\s+/).map(bare), after.split(/(?<=\s)/)]
  const lengths = Array.from({ length: first.length + 1 }, () => new Array(second.length + 1).fill(0))
  for (let i = first.length - 1; i >= 0; i -= 1)
    for (let j = second.length - 1; j >= 0; j -= 1)
      lengths[i][j] = same(i, j) ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1])
  const pieces = []
  for (let [i, j] = [0, 0]; j < second.length; ) {
    const own = i < first.length && same(i, j)
    if (i < first.length && !own && lengths[i + 1][j] >= lengths[i][j + 1]) {
      i += 1
      continue
    }
    if (pieces.at(-1)?.[1] === own) pieces.at(-1)[0] += second[j]
    else pieces.push([second[j], own])
    if (own) i += 1
    j += 1
  }
  return pieces

  function same(i, j) {
    return first[i] !== "" && first[i] === bare(second[j])
  }
}
