// Painting a region on the picture: mouse, pen, finger and keys, cell by cell.

import { el } from "../chain/dom.js"

const GRAIN = 20 // canvas pixels a cell
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

/** A canvas to lie over the picture, and the brush that paints in it. */
export function easel(desk, brush) {
  const { speak } = desk
  const canvas = el("canvas", { class: "easel", tabindex: "-1", role: "application", "aria-label": speak.say("easel"),
    onpointerdown: begin, onpointermove: move, onpointerup: end, onpointercancel: end, oncontextmenu: (event) => brush.on && event.preventDefault(), onkeydown: keys,
    onpointerleave: () => hover(null) })
  let stroke = null
  let here = null // where the pointer or the key's cell is, in cells

  const cell = (event) => {
    const { rows, columns } = desk.bench.region()
    const box = canvas.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * columns, ((event.clientY - box.top) / box.height) * rows]
  }

  function begin(event) {
    if (!brush.on || !desk.bench.region() || event.button === 1) return
    event.preventDefault()
    canvas.focus({ preventScroll: true })
    canvas.setPointerCapture(event.pointerId)
    desk.bench.remember(null)
    const takes = brush.eraser || event.button === 2 || event.button === 5 // the right button, a pen's other end
    stroke = { last: cell(event), value: takes ? 0 : 1 }
    desk.bench.region().stroke(stroke.last, stroke.last, brush.size, stroke.value)
    desk.draw()
  }

  function move(event) {
    if (!brush.on || !desk.bench.region()) return
    if (!stroke) return hover(cell(event))
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = cell(each)
      desk.bench.region().stroke(stroke.last, next, brush.size, stroke.value)
      stroke.last = next
    }
    here = stroke.last
    desk.draw()
  }

  function end() {
    stroke = null
    desk.draw()
  }

  function hover(place) {
    here = place
    if (brush.on) update()
  }

  /** With the arrow keys a cell is chosen, the space bar paints it. */
  function keys(event) {
    const region = desk.bench.region()
    if (!brush.on || !region || event.ctrlKey || event.metaKey || event.altKey) return
    const by = MOVES[event.key]
    if (!by && event.key !== " ") return
    event.preventDefault()
    event.stopPropagation()
    here ??= [region.columns / 2, region.rows / 2]
    if (by) here = [clamp(here[0] + by[1], region.columns), clamp(here[1] + by[0], region.rows)]
    else {
      desk.bench.remember("key")
      region.stroke(here, here, brush.size, brush.eraser || event.shiftKey ? 0 : 1)
      desk.draw()
    }
    update()
  }
  const clamp = (value, most) => Math.max(0.5, Math.min(most - 0.5, value))

  function update() {
    const region = desk.bench.region()
    const place = desk.place()
    const shown = Boolean(region) && desk.bench.at() !== null && !desk.running() && place?.key !== "words" && desk.way !== "channels" && (brush.on || region.count() > 0)
    canvas.hidden = !shown
    canvas.tabIndex = brush.on ? 0 : -1
    canvas.classList.toggle("painting", brush.on)
    if (shown) drawn(region)
  }

  function drawn(region) {
    const { rows, columns } = region
    if (canvas.width !== columns * GRAIN || canvas.height !== rows * GRAIN) Object.assign(canvas, { width: columns * GRAIN, height: rows * GRAIN })
    const ink = canvas.getContext("2d")
    ink.clearRect(0, 0, canvas.width, canvas.height)
    if (brush.on) lattice(ink, rows, columns)
    ink.fillStyle = "rgb(214 42 30 / 0.42)"
    each(region, (row, column) => ink.fillRect(column * GRAIN, row * GRAIN, GRAIN, GRAIN))
    ink.beginPath()
    each(region, (row, column) => edges(ink, region, row, column))
    for (const [width, style] of [[6, "rgb(0 0 0 / 0.7)"], [2.5, "#fff"]]) {
      Object.assign(ink, { lineWidth: width, strokeStyle: style })
      ink.stroke()
    }
    if (brush.on && here) tip(ink)
  }

  function tip(ink) {
    for (const [width, style] of [[5, "rgb(0 0 0 / 0.7)"], [2, brush.eraser ? "#fff" : "#ff6a5c"]]) {
      Object.assign(ink, { lineWidth: width, strokeStyle: style })
      ink.beginPath()
      ink.arc(here[0] * GRAIN, here[1] * GRAIN, (Math.max(1, brush.size) / 2) * GRAIN, 0, 7)
      ink.stroke()
    }
  }

  return { node: canvas, update }
}

function lattice(ink, rows, columns) {
  Object.assign(ink, { lineWidth: 1, strokeStyle: "rgb(255 255 255 / 0.16)" })
  ink.beginPath()
  for (let row = 1; row < rows; row += 1) ink.rect(0, row * GRAIN, columns * GRAIN, 0)
  for (let column = 1; column < columns; column += 1) ink.rect(column * GRAIN, 0, 0, rows * GRAIN)
  ink.stroke()
}

function each({ rows, columns, has }, act) {
  for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) if (has(row, column)) act(row, column)
}

/** The sides on which a painted cell has no painted neighbour. */
function edges(ink, { rows, columns, has }, row, column) {
  const out = (r, c) => r < 0 || c < 0 || r >= rows || c >= columns || !has(r, c)
  const [x, y, g] = [column * GRAIN, row * GRAIN, GRAIN]
  const side = (gone, x0, y0, x1, y1) => gone && (ink.moveTo(x0, y0), ink.lineTo(x1, y1))
  side(out(row - 1, column), x, y, x + g, y)
  side(out(row + 1, column), x, y + g, x + g, y + g)
  side(out(row, column - 1), x, y, x, y + g)
  side(out(row, column + 1), x + g, y, x + g, y + g)
}
