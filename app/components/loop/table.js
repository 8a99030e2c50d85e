// The strips and the figures in one frame that slides, so that a round stands in one column in all of them.

import { el, mark } from "../chain/dom.js"
import { button } from "../darkroom/buttons.js"
import { drift } from "./drift.js"
import { TOUCH, strip } from "./strip.js"

const CLOSE = 152 // px of a round whose caption is read well
const READ = 104 // px of one whose caption can still be read

/** What the person who stepped in wrote. */
const instead = (loop) => loop.rounds[loop.parent_round - 1].caption.map(([piece]) => piece).join("")

export function table(page) {
  const { speak } = page
  const slide = el("div", { class: "slide", tabindex: "-1" })
  const inner = el("div", { class: "inner" })
  const cursor = el("div", { class: "cursor", "aria-hidden": "true" })
  const whole = button("", () => {
    close = !close
    page.draw()
  })
  const legend = el("p", { class: "note" }, speak.phrase("kept_words", { underlined: el("mark", { class: "still-there" }, speak.say("underlined")) }))
  const futures = el("div", { class: "futures" })
  const node = el("section", { class: "table-of-rounds" }, el("div", { class: "table-head" }, legend, whole), slide, futures)
  slide.append(inner)
  let close = null // whether captions are read; null: as it fits
  let shown = null // {loop, parts}
  let width = 0
  let last = 0
  const watch = new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - width) < 1) return
    width = contentRect.width
    page.draw()
  })
  watch.observe(slide)
  slide.addEventListener("keydown", keys)

  /** The strips of what is shown: the loop by itself, or the loop it left and, from there on, this one. */
  function build() {
    const { loop, origin } = page
    const lines = drift(page)
    const strips = origin
      ? [{ loop: origin, who: "program", from: 0, part: strip(page, { name: speak.say("original") }) },
        { loop, who: "person", from: loop.parent_round, part: strip(page, { from: loop.parent_round, name: speak.say("other_future", { round: speak.whole(loop.parent_round) }), words: instead(loop) }) }]
      : [{ loop, who: "program", from: 0, part: strip(page, {}) }]
    inner.replaceChildren(...strips.map((one) => one.part.node), lines.node)
    lines.node.append(cursor)
    inner.classList.toggle("two", strips.length > 1)
    shown = { loop, origin, lines, strips }
    last = 0
  }

  function keys(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity, ArrowUp: 0, ArrowDown: 0 }[event.key]
    if (move === undefined || !page.chosen) return
    const at = shown.strips.findIndex(({ loop }) => loop.id === page.chosen.loop)
    const here = shown.strips[event.key === "ArrowUp" ? Math.max(at - 1, 0) : event.key === "ArrowDown" ? Math.min(at + 1, shown.strips.length - 1) : at] ?? shown.strips[0]
    const every = Number(inner.dataset.every)
    const number = Math.max(here.from, Math.min(here.loop.rounds.length - 1, page.chosen.number + move * every))
    event.preventDefault()
    page.choose(here.loop.id, number)
    page.afterDraw = () => here.part.focus(number)
  }

  return {
    node,
    close: () => watch.disconnect(),
    update() {
      const { loop, origin } = page
      node.hidden = !loop || !loop.rounds.length
      if (node.hidden) return
      width ||= slide.clientWidth
      if (shown?.loop !== loop || shown?.origin !== origin) build()
      const count = Math.max(...shown.strips.map((one) => one.loop.rounds.length))
      const fits = count * READ <= width
      const near = close ?? (fits || count <= 60)
      const wide = near ? Math.min(CLOSE, Math.max(fits ? width / count : CLOSE, READ)) : Math.max(width / count, 1)
      const every = near ? 1 : Math.max(1, Math.ceil(TOUCH / wide))
      inner.dataset.every = every
      inner.classList.toggle("close", near)
      inner.style.setProperty("--wide", `${wide}px`)
      inner.style.width = `${wide * count}px`
      whole.hidden = fits
      whole.textContent = speak.say(near ? "see_whole" : "see_close")
      legend.hidden = !near
      shown.strips.forEach((one) => one.part.show(one.loop, { every, wide, chosen: page.chosen?.loop === one.loop.id ? page.chosen.number : null }))
      shown.lines.show(shown.strips, { wide, count })
      cursor.hidden = !page.chosen
      if (page.chosen) cursor.style.insetInlineStart = `${(page.chosen.number + 0.5) * wide}px`
      const atEnd = slide.scrollLeft + slide.clientWidth > slide.scrollWidth - 2 * wide - (count - last) * wide
      if (near && page.chosen && (last === 0 || (count > last && atEnd))) slide.scrollLeft = (page.chosen.number + 1) * wide - width
      last = count
      left(loop)
      page.afterDraw?.()
      page.afterDraw = null
    },
  }

  /** The futures in which a person left this loop. */
  function left(loop) {
    const told = JSON.stringify(loop.futures)
    if (futures.dataset.told === told) return
    futures.dataset.told = told
    futures.replaceChildren(...(loop.futures.length ? [el("p", { class: "note" }, speak.count("left", loop.futures.length)), el("ul", {}, loop.futures.map((one) =>
      el("li", {}, mark("person"), el("a", { class: "quiet", href: `/loop?id=${one.id}&lang=${speak.lang}`, onclick: (event) => go(event, one.id) }, speak.say("left_at", { round: speak.whole(one.after), prompt: one.prompt })))))] : []))
  }

  function go(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    page.enter(id)
  }
}
