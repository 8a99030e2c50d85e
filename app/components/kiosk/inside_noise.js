// Inside chance: the layers of numbers, before the first step and after the last.

import { el } from "../chain/dom.js"
import { steps } from "./reel.js"

export function noise(kit, one, keep, redraw) {
  const { data, pictures } = one.run.first.noise
  const last = steps(one).at(-1)
  const [layers, height, width] = data.shape
  const ends = { before: [pictures.channels, data.channels], after: [last?.pictures.channels, last?.data.channels] }
  keep.end ??= "before"
  const [source, told] = ends[keep.end]
  const grids = Array.from({ length: Math.min(layers, 16) }, () => el("canvas", { class: "raw", width, height }))
  cutUp(source, told?.columns ?? 1, grids)
  const layersWord = kit.say(keep.end === "before" ? "layers_before" : "layers_after", { layers })
  const picture = el("div", { class: "picture-place" }, el("div", { class: "layers", role: "img", "aria-label": layersWord, style: { "--columns": Math.ceil(Math.sqrt(grids.length)) } }, grids))
  const choose = (end) => el("button", { type: "button", class: "way", "data-hold": end, "aria-pressed": `${end === keep.end}`, onclick: () => {
    keep.end = end
    redraw()
  } }, kit.say(`layers_when_${end}`))
  const tools = el("div", { class: "tools" }, ends.after[0] && el("div", { class: "either", role: "group", "aria-label": kit.say("open_noise") }, choose("before"), choose("after")),
    el("p", { "aria-live": "polite" }, layersWord), el("p", { class: "note" }, kit.say("layers_are", { layers, numbers: kit.speaker().whole(layers * height * width), height, width })))
  return { ask: kit.say("open_noise"), picture, tools }
}

/** The layers lie in one picture, in columns, a pixel apart. */
async function cutUp(source, columns, grids) {
  const all = el("img", { src: source, alt: "" })
  await all.decode().catch(() => {})
  grids.forEach((grid, at) => {
    const [across, down] = [(at % columns) * (grid.width + 1), Math.floor(at / columns) * (grid.height + 1)]
    grid.getContext("2d").drawImage(all, across, down, grid.width, grid.height, 0, 0, grid.width, grid.height)
  })
}
