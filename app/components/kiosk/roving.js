// Many buttons, one stop of the Tab key: the arrows go from one to the nearest in their direction.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const ASIDE = 3 // how much farther a button counts that does not stand straight in the way

/** The buttons in `node`, wherever they stand. `beyond(way)` when there is none in a direction: -1 or 1, or nothing. */
export function roving(node, beyond = () => {}) {
  const buttons = () => [...node.querySelectorAll("button:not(:disabled)")]

  /** One of them can be reached with Tab: the chosen one, or the first. */
  function settle(one = null) {
    const all = buttons()
    const chosen = one ?? all.find((button) => button.matches("[aria-selected='true'], [aria-current], [aria-pressed='true']")) ?? all[0]
    for (const button of all) button.tabIndex = button === chosen ? 0 : -1
  }

  const middle = (button) => {
    const { left, top, width, height } = button.getBoundingClientRect()
    return [left + width / 2, top + height / 2]
  }

  function nearest(from, [right, down]) {
    const [x, y] = middle(from)
    const far = (button) => {
      const [there, below] = middle(button)
      const along = (there - x) * right + (below - y) * down
      const aside = Math.abs((there - x) * down) + Math.abs((below - y) * right)
      return along > 1 ? along + ASIDE * aside : Infinity
    }
    const [best] = buttons().map((button) => [far(button), button]).sort(([one], [other]) => one - other)
    return best && best[0] < Infinity ? best[1] : null
  }

  node.addEventListener("keydown", (event) => {
    const way = WAYS[event.key]
    const from = event.target.closest("button")
    if (!way || !from) return
    event.preventDefault()
    const next = nearest(from, way)
    if (!next) return beyond(way[0] + way[1])
    next.focus({ preventScroll: true })
  })
  node.addEventListener("focusin", (event) => event.target.matches("button") && settle(event.target))
  return { settle }
}
