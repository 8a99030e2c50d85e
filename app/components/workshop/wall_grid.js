// Everybody's pictures: pinned ones first, then the newest. Those that make room for a new one glide; nothing jumps.

import { el, lasting, say, stillness } from "./page.js"

const PLACES = 10
const GLIDE = 900 // ms

export function grid() {
  const list = el("ol", { class: "grid" })
  const node = el("section", { class: "pictures", "aria-label": say("pictures") }, list)
  const tiles = new Map()

  /** Some of them are always there, the others in turn. */
  function chosen(pictures, page) {
    const pinned = pictures.filter((one) => one.pinned).slice(0, PLACES / 2)
    const others = pictures.filter((one) => !pinned.includes(one))
    const room = PLACES - pinned.length
    const from = (page % Math.max(1, Math.ceil(others.length / room))) * room
    return [...pinned, ...others.slice(from, from + room)]
  }

  return {
    node,
    update(pictures, page) {
      const now = chosen(pictures, page)
      const before = new Map([...tiles].map(([id, tile]) => [id, tile.node.getBoundingClientRect()]))
      for (const [id] of tiles) if (!now.some((one) => one.id === id)) tiles.delete(id)
      for (const one of now) {
        if (!tiles.has(one.id)) tiles.set(one.id, tile())
        tiles.get(one.id).update(one)
      }
      const order = now.map((one) => tiles.get(one.id).node)
      if (order.length !== list.children.length || order.some((one, place) => list.children[place] !== one)) list.replaceChildren(...order)
      list.dataset.count = order.length
      if (stillness()) return
      for (const one of now) settle(tiles.get(one.id).node, before.get(one.id))
    },
  }
}

/** A tile that has moved glides there along its row; one that came, or changed rows, comes out of the dark. */
function settle(node, from) {
  const to = node.getBoundingClientRect()
  if (!to.width) return
  if (from?.width && Math.abs(from.top - to.top) < 2) {
    const by = from.left - to.left
    if (Math.abs(by) > 1) node.animate([{ transform: `translateX(${by}px)` }, { transform: "none" }], { duration: GLIDE, easing: "ease-in-out" })
  } else node.animate([{ opacity: 0 }, { opacity: 1 }], { duration: GLIDE, easing: "ease-in" })
}

function tile() {
  const pin = el("span", { class: "pin", hidden: true }, say("pinned"))
  const picture = lasting(el("img", { alt: "", onload: () => picture.classList.add("there") }))
  const prompt = el("p", { class: "words", dir: "auto" })
  const name = el("span", { class: "name", dir: "auto" })
  const node = el("li", { class: "tile" }, el("div", { class: "frame" }, picture), el("div", {}, prompt, el("p", { class: "by" }, name, pin)))
  let id = null
  return {
    node,
    update(one) {
      if (id !== one.id) picture.src = `/pictures/${one.id}/picture.png`
      id = one.id
      prompt.textContent = one.prompt || say("silent")
      prompt.classList.toggle("none", !one.prompt)
      name.textContent = one.name
      pin.hidden = !one.pinned
    },
  }
}
