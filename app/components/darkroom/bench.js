// The bench: the lines that are gathered before they are developed, the painted region, and both ways of undoing.

import { mask } from "./mask.js"
import { actsFrom } from "./places.js"

const APART = 900 // ms: changes of one control that follow each other faster are one change

export function bench(desk) {
  let before = []
  let undone = []
  let last = { key: null, when: 0 }
  let sent = null // what was handed over last, until it is known that it was taken
  const kept = { lines: [], region: null }

  const region = () => {
    const { cells } = desk.shot ?? {}
    if (!cells) return null
    if (kept.region?.rows !== cells.rows || kept.region?.columns !== cells.columns) kept.region = mask(cells.rows, cells.columns)
    return kept.region
  }
  const picture = () => ({ lines: kept.lines, region: kept.region?.texts() ?? null })
  const restore = ({ lines, region: texts }) => {
    kept.lines = lines
    if (texts) region()?.read(texts)
    else kept.region?.clear()
    desk.draw()
  }

  /** Keep how it was, once for a run of changes under one key. */
  function remember(key) {
    const now = performance.now()
    if (!(key && key === last.key && now - last.when < APART)) before.push(picture())
    if (before.length > 200) before.shift()
    last = { key, when: now }
    undone = []
  }

  const at = () => (desk.shot ? actsFrom(desk.place(), desk.shot.of) : null)
  const same = (one, other) => one.kind === other.kind && one.at === other.at && one.word === other.word && one.occurrence === other.occurrence

  /** Put a line on the bench in the place of its like; `null` as its value takes it off. */
  function set(line, wanted = true) {
    remember(`${line.kind}/${line.at}/${line.word ?? ""}`)
    const rest = kept.lines.filter((one) => !same(one, line))
    const place = kept.lines.findIndex((one) => same(one, line))
    kept.lines = wanted ? (place < 0 ? [...kept.lines, line] : kept.lines.with(place, line)) : rest
    desk.draw()
  }

  /** One more line, whatever there is. */
  function put(line) {
    remember(null)
    kept.lines = [...kept.lines, line]
    desk.draw()
  }

  /** Move a region by so many cells; pushing the same one again moves it further. */
  function shift(rows, columns) {
    const from = at()
    const texts = region().texts()
    const held = kept.lines.at(-1)
    if (held?.how === "shift" && held.at === from && held.mask.join() === texts.join()) {
      remember("shift")
      const moved = { ...held, rows: held.rows + rows, columns: held.columns + columns }
      kept.lines = moved.rows || moved.columns ? kept.lines.with(-1, moved) : kept.lines.slice(0, -1)
      return desk.draw()
    }
    put({ kind: "latents", at: from, how: "shift", mask: texts, rows, columns, seed: 0 })
  }

  /** Nothing gathered, nothing painted, nothing to undo. */
  function cleared() {
    kept.lines = []
    kept.region?.clear()
    before = []
    undone = []
    desk.draw()
  }

  function back(from, to) {
    if (!from.length) return false
    to.push(picture())
    restore(from.pop())
    last = { key: null, when: 0 }
    return true
  }

  return {
    at, region, set, put, shift, remember, cleared,
    lines: () => kept.lines,
    find: (like) => kept.lines.find((one) => same(one, like)),
    remove(number) {
      remember(null)
      kept.lines = kept.lines.toSpliced(number, 1)
      desk.draw()
    },
    undo: () => back(before, undone),
    redo: () => back(undone, before),
    canUndo: () => before.length > 0,
    canRedo: () => undone.length > 0,
    /** It could not be made: everything lies on the bench again. */
    returned(id) {
      if (sent?.made !== id) return false
      restore(sent.was)
      return true
    },
    /** Have it made: a new exposure grows from the open one. What was gathered goes only when it is accepted. */
    async develop(one = false) {
      if (!kept.lines.length || desk.busy) return
      const lines = kept.lines.toSorted((a, b) => a.at - b.at)
      const made = await desk.branch(desk.shot.id, lines[0].at, lines, { one, also: grown(lines) })
      if (!made) return
      sent = { made, was: picture() }
      cleared()
    },
  }

  /** The open exposure's lines as they will be in the branch, until the server says. */
  function grown(lines) {
    const inherited = desk.shot.alterations.filter((one) => one.at <= lines[0].at)
    const steps = lines.find((one) => one.kind === "steps")
    return { alterations: [...inherited, ...lines], own: lines.length, steps: desk.shot.steps.slice(0, lines[0].at),
      of: steps ? steps.at + steps.remaining : desk.shot.of }
  }
}
