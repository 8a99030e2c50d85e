// Numbers: the noise that chance drew, and the few that become a picture.

import { arrow, el, mark } from "../chain/dom.js"
import { picture, steps } from "./reel.js"

/** The latents at their beginning, a square a place, and the number they came of. */
export function noise(kit, one) {
  const { data, pictures } = one.run.first.noise
  const node = el("figure", { class: "frame noise-frame" },
    el("img", { class: "raw square", src: steps(one)[0]?.pictures.latents ?? pictures.latents, alt: kit.say("noise_alt") }),
    el("figcaption", {}, el("span", { class: "seed chance" }, mark("chance"), el("span", { class: "number" }, `${data.seed}`)), el("span", { class: "note" }, kit.say("seed_is"))))
  return { node }
}

const UNFOLDS = 4200 // ms
const HALF = 50 // % of the picture that stays numbers

/** One picture: left as the grid of numbers that the steps made, right as the points that the decoder made of it. */
export function decode(kit, one) {
  const { data, pictures } = one.run.first.decode
  const given = pictures.latents ?? steps(one).at(-1)?.pictures.latents
  const grid = given && el("img", { class: "raw folded", src: given, alt: kit.say("latents_alt"), style: { "--cut": `${HALF}%` } })
  const shape = data.shape && [data.shape.at(-2), data.shape.at(-1), data.shape.at(-3)]
  const side = (number, sizes) => el("p", {}, el("span", { class: "computed number" }, kit.speaker().whole(number)), sizes && el("span", { class: "note" }, sizes.join(" × ")))
  const node = el("figure", { class: "frame decode-frame" },
    el("div", { class: "square unfolding" }, el("img", { src: picture(one), alt: one.run.first.prompt?.data.prompt ?? "" }), grid),
    el("figcaption", {}, data.numbers_in && side(data.numbers_in, shape), el("span", { class: "becomes" }, arrow()), side(data.numbers_out, [data.width, data.height, 3])))
  const clip = (share) => ({ clipPath: `inset(0 ${100 - share}% 0 0)` })
  const unfolding = grid && !kit.still() && grid.animate([clip(100), clip(100), clip(HALF)], { duration: UNFOLDS, easing: "ease-in-out" })
  return { node, pause: (stopped) => unfolding?.[stopped ? "pause" : "play"]() }
}
