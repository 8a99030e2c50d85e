// Pictures and small drawings, each made from the numbers it is given.

import { el, svg } from "./dom.js"
import { computed } from "./language.js"

/** A picture with its caption below. `raw`: its pixels are values, so they are never smoothed. */
export function figure(source, { alt, caption, raw = false, size = "" }) {
  const image = el("img", { src: source, alt, class: raw ? "raw" : null, decoding: "async" })
  return el("figure", { class: `picture ${size}` }, image, caption && el("figcaption", {}, caption))
}

/** Plain words on the left, what the program computed on the right. Rows: [words, value, who?]. */
export function facts(rows) {
  const pairs = rows.filter(Boolean).map(([words, value]) => el("div", {}, el("dt", {}, words), el("dd", {}, typeof value === "string" ? computed(value) : value)))
  return el("dl", { class: "facts" }, pairs)
}

/** Bars to scale, the longest filling the width. Rows: {label, value, text}. */
export function bars(rows) {
  const longest = Math.max(...rows.map((row) => row.value), 1)
  const lines = rows.map((row) =>
    el("li", {}, el("span", { class: "bar-label" }, row.label), el("span", { class: "bar-value computed" }, row.text),
      el("span", { class: "bar", style: { "--share": row.value / longest } })))
  return el("ul", { class: "bars" }, lines)
}

/** A square table of likenesses, each cell as strong as its value. */
export function matrix(words, values, { caption, label, number }) {
  const floor = Math.min(...values.flat(), 1)
  const strength = (value) => Math.round(100 * (floor < 1 ? (value - floor) / (1 - floor) : 1))
  const head = el("tr", {}, el("td", {}), words.map((word) => el("th", { scope: "col", dir: "auto" }, el("span", {}, word))))
  const rows = words.map((word, row) =>
    el("tr", {}, el("th", { scope: "row", dir: "auto" }, word),
      values[row].map((value) => {
        const strong = strength(value)
        return el("td", { class: strong > 55 ? "strong" : null, style: { "--strength": `${strong}%` } }, number(value))
      })))
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label },
    el("table", { class: "matrix" }, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, rows)))
}

/** One bar a step: how far the latents moved. Returns the drawing and `show(values, current)`. */
export function movement(of) {
  const columns = Array.from({ length: of }, (_, index) => svg("rect", { x: index + 0.14, width: 0.72, y: 99, height: 1, class: "ahead" }))
  const drawing = svg("svg", { class: "movement", viewBox: `0 0 ${of} 100`, preserveAspectRatio: "none", "aria-hidden": "true" }, columns)
  const show = (values, current) => {
    const most = Math.max(...values.filter(Number.isFinite), 1e-9)
    columns.forEach((column, index) => {
      const known = index < values.length
      const height = known ? Math.max(2, (96 * (values[index] ?? 0)) / most) : 1
      column.setAttribute("y", 100 - height)
      column.setAttribute("height", height)
      column.setAttribute("class", index === current ? "now" : known ? "done" : "ahead")
    })
  }
  return { drawing, show }
}
