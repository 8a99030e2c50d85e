// Inside the decoder: a place in the grid of numbers, and the pixels that it became. Touch, keys or buttons move it.

import { el, icon } from "../chain/dom.js"
import { picture as address, steps } from "./reel.js"

const CELLS = 4 // of the grid, that are seen at once
const WAYS = { left: [-1, 0, "M15 4 7 12l8 8"], up: [0, -1, "M4 15l8-8 8 8"], down: [0, 1, "M4 9l8 8 8-8"], right: [1, 0, "M9 4l8 8-8 8"] }

export function decode(kit, one, keep) {
  const { data, pictures } = one.run.first.decode
  const [layers, rows, columns] = data.shape
  const factor = data.width / columns
  keep.at ??= [Math.floor((columns - CELLS) / 2), Math.floor((rows - CELLS) / 2)]
  const given = el("img", { class: "raw square", src: pictures.latents ?? steps(one).at(-1)?.pictures.latents, alt: kit.say("latents_alt") })
  const source = el("img", { src: address(one), alt: "" })
  const [numbers, pixels] = [el("canvas", { class: "raw square", width: CELLS, height: CELLS }), el("canvas", { class: "raw square", width: CELLS * factor, height: CELLS * factor })]
  const seam = el("span", { class: "seam" })
  const grid = el("button", { type: "button", class: "grid-touched", "data-hold": "grid", onpointerdown: touched, onkeydown: keyed }, given, seam)
  const side = (shown, words) => el("figure", { class: "side" }, shown, el("figcaption", { class: "note" }, words))
  const picture = el("div", { class: "picture-place triptych" }, side(grid, kit.say("touch_grid", { numbers: kit.speaker().whole(data.numbers_in) })), side(numbers, kit.say("cells", { count: CELLS * CELLS, numbers: CELLS * CELLS * layers })),
    side(pixels, kit.say("points", { count: kit.speaker().whole((CELLS * factor) ** 2), numbers: kit.speaker().whole(3 * (CELLS * factor) ** 2) })))
  const tools = el("div", { class: "tools" }, el("div", { class: "four", role: "group", "aria-label": kit.say("move") }, Object.entries(WAYS).map(([way, [across, down, path]]) =>
    el("button", { type: "button", class: "way", "aria-label": kit.say(`move_${way}`), "data-hold": way, onclick: () => move(across, down) }, icon(path)))), el("p", {}, kit.say("invented", { times: kit.number(data.numbers_out / data.numbers_in) })))

  function move(across, down) {
    const clamp = (value, most) => Math.max(0, Math.min(most, value))
    keep.at = [clamp(keep.at[0] + across, columns - CELLS), clamp(keep.at[1] + down, rows - CELLS)]
    show()
  }

  function touched(event) {
    const box = given.getBoundingClientRect()
    const cell = (place, size, cells) => Math.floor((place / size) * cells - CELLS / 2 + 0.5)
    move(cell(event.clientX - box.left, box.width, columns) - keep.at[0], cell(event.clientY - box.top, box.height, rows) - keep.at[1])
  }

  function keyed(event) {
    const way = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" }[event.key]
    if (!way) return
    event.preventDefault()
    move(WAYS[way][0], WAYS[way][1])
  }

  function show() {
    const [across, down] = keep.at
    for (const [name, value] of [["--across", across / columns], ["--down", down / rows], ["--wide", CELLS / columns], ["--high", CELLS / rows]]) seam.style.setProperty(name, value)
    grid.setAttribute("aria-label", kit.say("grid_at", { across: across + 1, down: down + 1 }))
    numbers.getContext("2d").drawImage(given, across, down, CELLS, CELLS, 0, 0, CELLS, CELLS)
    const size = CELLS * factor
    pixels.getContext("2d").drawImage(source, across * factor, down * factor, size, size, 0, 0, size, size)
  }

  Promise.all([given, source].map((image) => image.decode().catch(() => {}))).then(show)
  return { ask: kit.say("open_decode"), picture, tools }
}
