// What was chosen, as the server reads it, and the steps in which it is chosen. Nothing here draws.

/** Nothing yet. A thing is `{noun, colour, size, count}`; what is null the program decides. */
export const nothing = () => ({ nouns: [], place: null, setting: null, light: null, wall: null, process: null })

const thing = (noun) => ({ noun, colour: null, size: null, count: 1 })
const OF_THINGS = { noun: [0, "noun"], colour: [0, "colour"], size: [0, "size"], count: [0, "count"], other: [1, "noun"] }
const ONE = 1 // thing, where no number was chosen

/** In this order; one touch leads from each to the next. `parts` are chosen in a step, one group of cards each. */
export const STEPS = [
  { id: "what", parts: ["noun"] },
  { id: "look", parts: ["colour", "size", "count"] },
  { id: "where", parts: ["setting", "wall"] },
  { id: "light", parts: ["light"] },
  { id: "print", parts: ["process"] },
  { id: "beside", parts: ["place", "other"] },
]
export const PARTS = STEPS.flatMap(({ parts }) => parts)

/** What stands for a part; null where it was left open. */
export function held(chosen, part) {
  const [index, name] = OF_THINGS[part] ?? [null, part]
  const value = index === null ? chosen[name] : (chosen.nouns[index]?.[name] ?? null)
  return name === "count" && value === ONE ? null : value
}

/** The same with another choice for one part; null leaves it open. What it rules out goes. */
export function choose(chosen, part, id) {
  const next = structuredClone(chosen)
  if (part === "noun") next.nouns = id === null ? [] : [{ ...(next.nouns[0] ?? thing(id)), noun: id }, ...next.nouns.slice(1)]
  else if (part === "other") next.nouns = [next.nouns[0], ...(id === null ? [] : [thing(id)])]
  else if (part in OF_THINGS) next.nouns[0][part] = id ?? (part === "count" ? ONE : null)
  else next[part] = id
  if (part === "setting" && id !== null) next.wall = null
  if (part === "wall" && id !== null) Object.assign(next, { setting: null, light: null })
  if (part === "light" && id !== null) next.wall = null
  if (next.nouns.length < 2) next.place = null
  if (part === "noun" && id === null) return nothing()
  return next
}

/** The same without what chance drew. */
export const without = (chosen, drawn) => PARTS.filter((part) => drawn.has(part)).reduceRight((left, part) => (held(left, part) === null ? left : choose(left, part, null)), chosen)
