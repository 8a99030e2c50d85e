// What a component has open at its place, from one call of Streamlit to the next.

/**
 * The places of one component: `mount(root, told, open, tune)` opens what is shown at `root`, and opens it anew
 * when it is told otherwise; `open` gets what stood there before and returns what can `close`; `tune`, if given,
 * gets that at each call. Returns what tidies up. Streamlit may call it only after it has called the component
 * anew for the same place: what was opened or tuned since is left alone.
 */
export function mounts() {
  const places = new WeakMap()
  return (root, told, open, tune) => {
    const before = places.get(root)
    if (before?.told !== told) {
      before?.shown.close()
      places.set(root, { told, shown: open(before?.shown) })
    }
    const place = places.get(root)
    const call = (place.call = {})
    tune?.(place.shown)
    return () => {
      if (places.get(root) !== place || place.call !== call) return
      places.delete(root)
      place.shown.close()
    }
  }
}
