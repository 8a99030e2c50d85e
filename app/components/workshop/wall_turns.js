// What the wall shows when: all pictures, and in turn one of them large; a new one as soon as it has come.

const QUIET = 12_000 // ms that all of them hang before one is taken large
const SETTLE = 4_000 // a new one is first seen among the others
const LARGE = 18_000 // ms that one stays large, long enough to read its chain
const FRESH = 9_000 // a new one, while others wait behind it
const IN_A_ROW = 3 // new ones that are shown one after the other, before all are shown again

/** `show(id, page)`: the picture that is large, or null for all of them, and which of their pages. */
export function turns(show) {
  const seen = new Map() // when each was large last, as a count
  let [ids, fresh, at, page, row, count, timer, held, first] = [[], [], null, 0, 0, 0, null, false, true]

  function wait(time) {
    clearTimeout(timer)
    if (!held) timer = setTimeout(next, time)
  }

  function next() {
    if (fresh.length && row < IN_A_ROW) {
      row += 1
      large(fresh.shift())
    } else if (at !== null) all(page + 1)
    else if (ids.length) large(longest())
  }

  /** Whose turn it is: the one that was large longest ago, or never; of those the first. */
  const longest = () => ids.reduce((best, id) => ((seen.get(id) ?? 0) < (seen.get(best) ?? 0) ? id : best), ids[0])

  function large(id) {
    at = id
    fresh = fresh.filter((other) => other !== id)
    seen.set(id, (count += 1))
    show(id, page)
    wait(fresh.length && row < IN_A_ROW ? FRESH : LARGE)
  }

  function all(turn = 0) {
    [at, page, row] = [null, turn, 0]
    show(null, page)
    wait(fresh.length ? SETTLE : QUIET)
  }

  return {
    /** The pictures that hang now, in their order. What is large and hangs no more goes at once. */
    update(now) {
      const come = now.filter((id) => !ids.includes(id))
      const gone = at !== null && !now.includes(at)
      ids = now
      fresh = [...fresh, ...(first ? [] : come.reverse())].filter((id) => now.includes(id))
      if (gone || first) all()
      else if (at === null && come.length) all()
      else {
        show(at, page)
        if (come.length && !row) wait(SETTLE) // whose turn it was can come again
      }
      first = false
    },
    hold(still) {
      if (still === held) return
      held = still
      clearTimeout(timer)
      if (!held) wait(SETTLE)
    },
    /** The one that hangs so many places further on. */
    go(by) {
      if (!ids.length) return
      const place = at === null ? (by > 0 ? -1 : 0) : ids.indexOf(at)
      large(ids[(place + by + ids.length) % ids.length])
    },
    all: () => all(),
  }
}
