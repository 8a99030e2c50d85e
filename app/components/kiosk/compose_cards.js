// Cards in a grid, as many as fit; large arrows lead to the rest. And the row of kinds above them.

import { arrow, el, mark, unseen } from "../chain/dom.js"
import { roving } from "./roving.js"

const WIDTHS = { word: [9.5], phrase: [15, 9.5], sentence: [22] } // rem, at least; the first with which all of them fit
const HIGH = 3.2 // rem, a card's least height

/** Two or more kinds of cards, one of which is open. `open(id)` when another is touched. */
export function kinds(open) {
  const node = el("div", { class: "kinds", role: "tablist" })
  const rove = roving(node)
  return {
    node,
    /** `all` as `[{id, text}]`. */
    show(all, now, label) {
      node.hidden = all.length < 2
      node.setAttribute("aria-label", label)
      node.dataset.count = all.length
      const held = node.contains(document.activeElement)
      node.replaceChildren(...all.map(({ id, text }) => el("button", { type: "button", role: "tab", id: `kind-${id}`, "aria-controls": "cards", "aria-selected": `${id === now}`, onclick: () => open(id) }, text)))
      rove.settle()
      if (held) node.querySelector("[aria-selected='true']")?.focus({ preventScroll: true })
    },
  }
}

/** `choose(id)` when a card is touched, `past(by)` when somebody goes on behind the last page or before the first. */
export function cards(kit, { choose, past }) {
  const list = el("div", { class: "cards", id: "cards" })
  const place = el("p", { class: "place" })
  const [earlier, later] = [-1, 1].map((by) => el("button", { type: "button", class: by < 0 ? "turn earlier" : "turn later", onclick: () => turn(by) }, arrow()))
  const pager = el("div", { class: "pager" }, earlier, place, later)
  const node = el("div", { class: "choosing" }, list, pager)
  const rove = roving(list, turn)
  let [options, look, first, ends] = [[], "word", 0, false]

  /** Columns and rows for which there is room, where a card is that wide. */
  function room(width) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
    const gap = parseFloat(getComputedStyle(list).rowGap) || 0
    const pages = pager.hidden ? 0 : pager.offsetHeight + gap
    const fit = (length, least) => Math.max(1, Math.floor((length + gap) / (least * rem + gap)))
    const columns = fit(list.clientWidth, width)
    const all = fit(node.clientHeight, HIGH) * columns >= options.length && !ends
    return { columns, all, rows: fit(node.clientHeight - (all ? 0 : pages), HIGH) }
  }

  function turn(by) {
    const { size } = shown()
    const next = first + by * size
    if (next < 0 || next >= options.length) return ends ? past(by) : undefined
    first = next
    draw(true)
  }

  function shown() {
    const rooms = WIDTHS[look].map(room)
    const { columns, rows } = rooms.find(({ all }) => all) ?? rooms.at(-1)
    const size = columns * rows
    return { columns, rows: Math.min(rows, Math.ceil(options.length / columns)), size, page: Math.floor(first / size), pages: Math.max(1, Math.ceil(options.length / size)) }
  }

  function card({ id, text, who, by }) {
    return el("button", { type: "button", class: ["card", by, who && `by-${who}`].filter(Boolean).join(" "), "data-id": id ?? "", "aria-pressed": `${Boolean(who)}`, onclick: () => choose(id) },
      (who || by) && mark(who || by), el("span", {}, text), who === "chance" && unseen(` ${kit.say("by_chance")}`))
  }

  function draw(follow = false) {
    const held = list.contains(document.activeElement) && document.activeElement.dataset.id
    const { columns, rows, size, page, pages } = shown()
    first = Math.min(page, pages - 1) * size
    list.style.setProperty("--columns", columns)
    list.style.setProperty("--rows", rows)
    list.replaceChildren(...options.slice(first, first + size).map(card))
    rove.settle()
    if (held !== false) (list.querySelector(`[data-id="${CSS.escape(held)}"]`) ?? list.querySelector("button"))?.focus({ preventScroll: true })
    pager.hidden = pages < 2 && !ends
    place.textContent = kit.say("page_of", { page: page + 1, pages })
    earlier.setAttribute("aria-label", kit.say("earlier"))
    later.setAttribute("aria-label", kit.say("later"))
    earlier.disabled = !ends && page === 0
    later.disabled = !ends && page === pages - 1
    if (follow) kit.tell(place.textContent)
  }

  new ResizeObserver(() => options.length && draw()).observe(list)

  return {
    node, list,
    /** The first page is shown next. */
    forget: () => (first = 0),
    /** `all` as `[{id, text, who, by}]`, `who` chose it or null; `kind` is "word", "phrase" or "sentence"; `from` which page is shown: that of what is "held", the "start", the "end", or the "same"; `round`: the arrows lead on to other kinds. */
    show(all, kind, { label, labelledby = null, from = "held", round = false }) {
      options = all
      look = kind
      ends = round
      list.dataset.look = kind
      list.setAttribute("role", labelledby ? "tabpanel" : "group")
      list.toggleAttribute("aria-label", false)
      list.removeAttribute("aria-labelledby")
      if (labelledby) list.setAttribute("aria-labelledby", labelledby)
      else list.setAttribute("aria-label", label)
      if (from === "start") first = 0
      if (from === "end") first = Math.max(0, all.length - 1)
      if (from === "held") first = Math.max(0, all.findIndex((one) => one.who))
      draw()
    },
  }
}
