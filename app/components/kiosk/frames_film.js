// From noise to a picture: the steps as a slow film; beside it what the program holds, and which words it looked at.

import { el } from "../chain/dom.js"
import { screen } from "../chain/screen.js"
import { guess, reading, rough, steps } from "./reel.js"
import { meant, voices } from "./whose.js"

const FRAMES = 12 // of the film, at most
const LEAST = 620 // ms between two of them; each fades into the next
const END = 1600 // ms that the last one stands
const STILLS = 6
const WORDS = 3

/** A number of them, evenly, the first and the last among them. */
export function sampled(all, count) {
  const kept = Math.min(count, all.length)
  return Array.from({ length: kept }, (_, place) => all[Math.round((place * (all.length - 1)) / Math.max(1, kept - 1))])
}

export function denoise(kit, one, keep) {
  return kit.still() ? stills(kit, one) : film(kit, one, keep)
}

/** Where nothing may move: six of the steps, side by side. */
function stills(kit, one) {
  const of = one.run.steps.length
  const shot = (step) => el("li", {}, el("img", { class: rough(step) ? "raw" : null, src: guess(step), alt: kit.say("step_alt", { step: step.data.index + 1, of }) }), el("span", { class: "computed" }, `${step.data.index + 1}`))
  return { node: el("figure", { class: "frame stills-frame" }, el("ol", { class: "stills" }, sampled(steps(one), STILLS).map(shot))) }
}

function film(kit, one, keep) {
  const all = sampled(steps(one), FRAMES)
  const of = one.run.steps.length
  const pace = Math.max(LEAST, (1000 * kit.data.curation.pace - END) / all.length)
  const plate = screen()
  const held = screen({ raw: true })
  const words = looked(kit, one)
  const where = el("figcaption", { class: "computed" })
  const node = el("figure", { class: "frame film-frame" }, el("div", { class: "guess" }, plate.node, where),
    el("div", { class: "beside" }, all[0].pictures.latents && el("div", { class: "held" }, held.node, el("p", { class: "note" }, kit.say("holds"))), words.node))
  keep.at ??= 0
  let timer = null

  function show() {
    const step = all[keep.at]
    plate.show(guess(step), { raw: rough(step), alt: kit.say("step_alt", { step: step.data.index + 1, of }) })
    if (step.pictures.latents) held.show(step.pictures.latents, { alt: kit.say("latents_alt") })
    where.textContent = kit.say("step_of", { step: step.data.index + 1, of })
    words.show(step)
  }

  function run() {
    clearInterval(timer)
    timer = setInterval(() => {
      if (keep.at >= all.length - 1) return clearInterval(timer)
      keep.at += 1
      show()
    }, pace)
  }

  show()
  run()
  return { node, lasts: all.length * pace + END, pause: (stopped) => (stopped ? clearInterval(timer) : run()), close: () => clearInterval(timer) }
}

/** Of all it looked at in a step, the share of each of a few words, and of what nobody wrote. */
function looked(kit, one) {
  const told = steps(one).filter(({ data }) => data.attention?.length)
  const node = el("div", { class: "looked", hidden: !told.length })
  if (!told.length) return { node, show() {} }
  const mean = (word) => told.reduce((sum, { data }) => sum + (data.attention.find((each) => each.word === word)?.share ?? 0), 0) / told.length
  const long = meant(told.at(-1).data.attention).filter(({ text }) => text.length > 2)
  const words = (long.length ? long : meant(told.at(-1).data.attention)).map((word) => ({ ...word, mean: mean(word.word) })).sort((first, second) => second.mean - first.mean).slice(0, WORDS).sort((first, second) => first.word - second.word)
  const whose = voices(kit, one, reading(one)?.data.words ?? [])
  const row = (label, who) => {
    const [bar, share] = [el("span", { class: "measure" }), el("span", { class: "computed" })]
    return { node: el("li", { class: who }, el("span", { class: "bar-word", dir: "auto" }, label), share, bar), set(value, scale) {
      share.textContent = kit.percent(value)
      bar.style.setProperty("--share", Math.min(1, value / scale))
    } }
  }
  const rows = new Map(words.map((word) => [word.word, row(word.text, whose[word.word] ?? "person")]))
  const ghost = Number.isFinite(told.at(-1).data.ghost) && row(kit.say("nobody_wrote"), "program")
  node.append(el("p", { class: "note" }, kit.say("looked_at")), el("ul", { class: "shares" }, [...rows.values()].map(({ node: each }) => each), ghost && ghost.node))
  return {
    node,
    show({ data }) {
      const scale = Math.max(data.ghost ?? 0, ...words.map(({ word }) => data.attention?.find((one) => one.word === word)?.share ?? 0), 1e-9)
      for (const { word, share } of data.attention ?? []) rows.get(word)?.set(share, scale)
      if (ghost) ghost.set(data.ghost ?? 0, scale)
    },
  }
}
