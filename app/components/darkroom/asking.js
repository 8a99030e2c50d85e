// What is fetched for a pane when what it is about changes; an older answer never overtakes a newer one.

import { el } from "../chain/dom.js"

/** `show(key, fetch, draw)`: when the key is new, say that it is being looked for, fetch, and draw the answer. */
export function asking(node, speak) {
  let told = null
  return (key, fetch, draw, waiting = speak.say("fetching")) => {
    if (key === told) return
    told = key
    const slow = setTimeout(() => told === key && node.replaceChildren(el("p", { class: "note busy" }, waiting)), 160)
    Promise.resolve().then(fetch).then((answer) => {
      clearTimeout(slow)
      if (told === key) node.replaceChildren(...[draw(answer)].flat(Infinity).filter(Boolean))
    }, (refusal) => {
      clearTimeout(slow)
      if (told !== key) return
      node.replaceChildren(el("p", { class: "note" }, refusal.message || speak.say("not_seen")))
      if (refusal.status === undefined) console.error(refusal)
      told = null
    })
  }
}

/** The step that the eye is on; after the loop its last one; null before it. */
export function stepSeen(desk) {
  const place = desk.place()
  if (!place || place.key === "words" || place.key === "chance") return null
  return place.step ?? Math.max(0, desk.shot.taken - 1)
}
