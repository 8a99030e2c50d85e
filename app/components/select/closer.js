// One candidate, closer: its picture, its scores and why, where in the picture they come from; and keeping it.

import { el, stillness } from "../chain/dom.js"
import { scored, scorer } from "../chain/stages/select.js"
import { asking } from "../darkroom/asking.js"
import { button, renewed } from "../darkroom/buttons.js"

export function closer(page) {
  const { speak } = page
  const node = el("section", { class: "closer", tabindex: "-1", "aria-labelledby": "select-closer", hidden: true })
  let seen = null

  function drawn(one) {
    const person = page.keeps("person")[0]?.id === one.id
    const veil = el("canvas", { class: "veil-of", hidden: true, "aria-hidden": "true" })
    const picture = el("div", { class: "screen", style: { "--ratio": one.width / one.height } }, el("img", { src: `/exposures/${one.id}/picture.png`, alt: one.prompt, class: "front" }), veil)
    const act = person ? el("p", { class: "in-use", role: "status" }, speak.say("you_keep_this"))
      : el("button", { type: "button", class: "primary", disabled: page.coming().length > 0, onclick: () => page.keep({ exposure: one.id }) }, speak.say("keep_this"))
    const order = page.batch.orders[page.by]
    const told = [speak.say("seed_told", { seed: one.seed }), order && speak.say("rank_told", { by: scorer(page.by, speak), place: order.indexOf(one.id) + 1, of: order.length })]
    const links = [["to_chain", `/?exposure=${one.id}`], ["into_retouch", `/retouch?id=${one.id}`]]
    return [el("h2", { id: "select-closer" }, speak.say("candidate", { number: one.number })),
      el("div", { class: "closer-side" }, picture, whence(one, veil)),
      el("div", { class: "closer-side" }, told.map((line) => line && el("p", { class: "note" }, line)), act, one.scores.map((score) => scored(score, speak)),
        el("p", { class: "onward" }, links.map(([key, href]) => el("a", { class: "quiet", href: `${href}&lang=${speak.lang}` }, speak.say(key)))))]
  }

  /** Where the likeness comes from: asked for, since each place must be covered and scored again. */
  function whence(one, veil) {
    const readers = one.scores.some(({ by, words }) => words.length > 0 || (by !== "judge" && one.prompt.split(/\s+/).length === 1))
    if (!readers || page.coming().length) return null
    const box = el("div", { class: "whence" })
    const fetched = asking(box, speak)
    const ask = button(speak.say("where"), () => fetched(one.id, () => page.web.read(`/select/${one.id}/where.json`), (found) => maps(found, veil), speak.say("looks_where")))
    box.append(ask)
    return box
  }

  return {
    node,
    update() {
      const one = page.batch?.candidates.find(({ id }) => id === page.chosen)
      node.hidden = !one
      if (!one) return (seen = null)
      const held = node.querySelector(":focus")
      renewed(node, [one, page.batch.kept, page.by, page.coming().length > 0], () => drawn(one))
      if (held && !held.isConnected) node.focus({ preventScroll: true }) // what was pressed is a sentence now
      if (seen !== one.id && innerWidth < 900) requestAnimationFrame(() => node.scrollIntoView({ block: "start", behavior: stillness() ? "auto" : "smooth" }))
      seen = one.id
    },
  }

  /** A button for the whole prompt and for each word; the one that is pressed lies over the picture. */
  function maps({ readers, words, maps: found }, veil) {
    const told = el("p", { class: "note", role: "status" })
    const buttons = readers.flatMap((reader) => [readers.length > 1 && el("p", { class: "note" }, speak.say("where_by", { by: scorer(reader, speak) })),
      el("div", { class: "looked" }, [[reader, speak.say("whole_prompt")], ...words.map((word, at) => [`${reader}/${at}`, word])].filter(([name]) => found[name]).map(([name, word]) => one(name, word)))])
    const all = buttons.flat().flatMap((part) => (part ? [...part.querySelectorAll("button")] : []))
    function one(name, word) {
      const press = el("button", { type: "button", class: "look", onclick: () => {
        const off = press.getAttribute("aria-pressed") === "true"
        all.forEach((other) => other.setAttribute("aria-pressed", `${other === press && !off}`))
        veil.hidden = off
        told.textContent = off ? "" : speak.say("where_told", { word: name.includes("/") ? speak.say("quoted", { word }) : word, most: speak.number(cover(veil, found[name])) })
      }, "aria-pressed": "false" }, el("span", { class: name.includes("/") ? "look-word" : "" }, word))
      return press
    }
    queueMicrotask(() => all[0]?.click())
    return [...buttons, told]
  }
}

/** Draw a map as a veil: light where covering the place costs most, dark where nothing, orange where it helps. Returns the most. */
function cover(canvas, rows) {
  Object.assign(canvas, { width: rows[0].length, height: rows.length })
  const ink = canvas.getContext("2d")
  ink.clearRect(0, 0, canvas.width, canvas.height)
  const values = rows.flat()
  const most = Math.max(...values.map(Math.abs), 1e-9)
  rows.forEach((row, y) => row.forEach((value, x) => {
    const share = Math.abs(value) / most
    ink.fillStyle = value >= 0 ? `rgb(0 0 0 / ${0.72 * (1 - share)})` : `rgb(${90 + 165 * share} ${70 * share} 0 / 0.72)`
    ink.fillRect(x, y, 1, 1)
  }))
  return Math.max(...values)
}
