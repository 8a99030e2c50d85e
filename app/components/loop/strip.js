// One future: its pictures side by side, what was said of each beneath, in the columns that the figures share.

import { el, mark } from "../chain/dom.js"

export const TOUCH = 48 // px of the smallest picture that can be touched

/** A strip of the rounds from `from` on. `show(rounds, columns)` adds those that are new, and lays out all. */
export function strip(page, { from = 0, name = "", words = "" }) {
  const { speak } = page
  const list = el("ol", { class: "strip", "aria-label": speak.say("strip") })
  const node = el("div", { class: "future" }, name && el("p", { class: "future-name" }, el("span", { class: "note" }, mark(words ? "person" : "program"), name), words && el("span", { class: "person", dir: "auto" }, words)), list)
  const frames = []
  let shown = [] // the places of those that are seen
  let laid = ""
  const standsFor = (number) => shown.findLast((at) => at <= number - from) ?? 0 // whose picture stands for a round

  function frame(round, loop) {
    const said = round.caption.map(([piece]) => piece).join("")
    const number = speak.whole(round.number + 1)
    const address = `/exposures/${round.exposure}/thumbnail.webp`
    const picture = el("img", { src: address, alt: "", loading: "lazy", decoding: "async", width: 128, height: 128 })
    const touch = el("button", { type: "button", class: "of-round", "data-number": round.number, "aria-label": speak.say("picture_of", { number, caption: said }), onclick: () => page.choose(loop.id, round.number) }, picture)
    const words = el("p", { class: `caption ${round.said_by === "person" ? "person" : "computed"}`, dir: "auto" }, round.said_by === "person" && [mark("person"), " "], caption(round))
    return el("li", {}, touch, el("span", { class: "round-number" }, number), words)
  }

  return {
    node,
    list,
    show(loop, { every, wide, chosen }) {
      loop.rounds.slice(from).forEach((round, at) => {
        if (frames[at]) return
        frames[at] = frame(round, loop)
        list.append(frames[at])
        laid = ""
      })
      const told = `${every} ${wide}`
      if (told !== laid) {
        laid = told
        shown = frames.map((_, at) => at).filter((at) => at % every === 0 && (at === 0 || every === 1 || (frames.length - at) * wide >= TOUCH))
        frames.forEach((one, at) => {
          one.hidden = !shown.includes(at)
          one.style.gridColumn = `${from + at + 1} / span ${every === 1 ? 1 : Math.min(every, Math.max(frames.length - at, 1))}`
        })
      }
      const here = chosen === null ? null : standsFor(chosen)
      frames.forEach((one, at) => {
        const [touch] = one.children
        touch.setAttribute("aria-pressed", `${at === here}`)
        touch.tabIndex = at === (here ?? 0) ? 0 : -1
      })
    },
    /** Go to a round with the keys. */
    focus: (number) => frames[standsFor(number)]?.firstChild.focus(),
  }
}

/** A caption; words of the first prompt that are still there are marked. */
export const caption = (round) => round.caption.map(([piece, known]) => (known ? el("mark", { class: "still-there" }, piece) : piece))
