// A list that is drawn again and again: what stays in it keeps its node, and with it the hand that is on it.

/** `make(one)` gives `{node, update(one)}` for what is new. */
export function keyed(list, make) {
  const rows = new Map()
  return (all) => {
    const held = list.contains(document.activeElement)
    const ids = new Set(all.map((one) => one.id))
    for (const [id, row] of rows) {
      if (ids.has(id)) continue
      row.node.remove()
      rows.delete(id)
    }
    all.forEach((one, place) => {
      if (!rows.has(one.id)) rows.set(one.id, make(one))
      const { node, update } = rows.get(one.id)
      update(one)
      if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null)
    })
    if (!held || list.contains(document.activeElement)) return
    list.closest("section").querySelector("h2").focus() // what was pressed is gone
  }
}
