// Pictures and small drawings, each made from the numbers it is given.

import { el, svg } from "./dom.js"
import { computed } from "./language.js"

/** A picture with its caption below. `raw`: its pixels are values, so they are never smoothed; `ratio` keeps its room. */
export function figure(source, { alt, caption, raw = false, size = "", ratio = shape(source) }) {
  const image = el("img", { src: source, alt, class: raw ? "raw" : null, style: ratio ? { "aspect-ratio": ratio } : {} })
  return el("figure", { class: `picture ${size}` }, image, caption && el("figcaption", {}, caption))
}

/** Width over height of a PNG in a data: address, read from its head; null for anything else. */
function shape(source) {
  const [kind, base64] = source.split(";base64,")
  if (kind !== "data:image/png" || !base64) return null
  const head = Uint8Array.from(atob(base64.slice(0, 32)), (one) => one.charCodeAt(0))
  const view = new DataView(head.buffer)
  return view.getUint32(16) / view.getUint32(20)
}

/** What is told in numbers. Rows: [words, value]; words with a term beside them have it below the value. */
export function facts(rows) {
  const pairs = rows.filter(Boolean).map(([words, value]) => {
    const [plain, , ...field] = [words].flat()
    return el("div", {}, el("dt", {}, plain), el("dd", {}, typeof value === "string" ? computed(value) : value),
      field.length > 0 && el("dd", { class: "field" }, field))
  })
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

/** How alike each pair is: half a square, since the other half says the same; each cell as strong as its value. */
export function matrix(words, values, { caption, label, number }) {
  const pairs = values.flatMap((row, at) => row.slice(0, at))
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)]
  const strength = (value) => (most > least ? Math.round((100 * (value - least)) / (most - least)) : 0)
  const cell = (value) => el("td", { style: { "--strength": `${strength(value)}%` } }, number(value))
  const rows = words.slice(1).map((word, at) =>
    el("tr", {}, el("th", { scope: "row", dir: "auto" }, word), values[at + 1].slice(0, at + 1).map(cell)))
  const foot = el("tr", {}, el("td", {}), words.slice(0, -1).map((word) => el("th", { scope: "col", dir: "auto" }, el("span", {}, word))))
  return el("figure", {}, el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label },
    el("table", { class: "matrix", "aria-label": label }, el("tbody", {}, rows), el("tfoot", {}, foot))), el("figcaption", {}, caption))
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
