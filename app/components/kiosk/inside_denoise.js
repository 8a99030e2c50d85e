// Inside the steps: touch a word and the picture stays lit where the program looked for it; go from step to step; let go of a word.

import { el, icon } from "../chain/dom.js"
import { screen as plates } from "../chain/screen.js"
import { choices } from "./inside_words.js"
import { without } from "./inside_without.js"
import { guess, reading, rough, steps } from "./reel.js"
import { meant, voices, weighty } from "./whose.js"

const [EARLIER, LATER] = ["M15 4 7 12l8 8", "M9 4l8 8-8 8"]

export function denoise(kit, one, keep, redraw) {
  return keep.gone ? without(kit, one, keep, redraw) : looking(kit, one, keep, redraw)
}

/** The words that got a share of the looking, with whose they are and the how-manieth of their kind. */
function words(kit, one) {
  const seen = steps(one).find(({ data }) => data.attention?.length)?.data.attention ?? []
  const whose = voices(kit, one, reading(one)?.data.words ?? [])
  const nth = (at) => seen.slice(0, at + 1).filter(({ text }) => text.toLowerCase() === seen[at].text.toLowerCase()).length
  return weighty(meant(seen.map(({ word, text }, place) => ({ text, at: word, who: whose[word] ?? "person", occurrence: nth(place) }))))
}

function looking(kit, one, keep, redraw) {
  const [all, touched] = [steps(one), words(kit, one)]
  const of = one.run.steps.length
  keep.step ??= Math.floor((all.length - 1) / 2)
  const plate = plates()
  const list = choices(touched, keep.word, (at) => {
    keep.word = keep.word === at ? null : at
    show()
  })
  const said = el("p", { class: "note", "aria-live": "polite" })
  const where = el("p", { class: "computed" })
  const slider = el("input", { type: "range", min: 0, max: all.length - 1, step: 1, value: keep.step, "aria-label": kit.say("step"), "data-hold": "slider", oninput: () => to(Number(slider.value)) })
  const [earlier, later] = [[EARLIER, "step_earlier", -1], [LATER, "step_later", 1]].map(([path, name, by]) => el("button", { type: "button", class: "way", "aria-label": kit.say(name), "data-hold": name, onclick: () => to(keep.step + by) }, icon(path)))
  const let_go = el("button", { type: "button", class: "act", "data-act": "without", onclick: () => {
    keep.gone = touched.find(({ at }) => at === keep.word)
    redraw()
  } })
  const tools = el("div", { class: "tools" }, touched.length > 0 && list, said, el("div", { class: "steps-line" }, earlier, el("div", { class: "scrub" }, where, slider), later))

  function to(step) {
    keep.step = Math.max(0, Math.min(all.length - 1, step))
    show()
  }

  function show() {
    const step = all[keep.step]
    const word = touched.find(({ at }) => at === keep.word)
    const seen = word && step.pictures[`attention/${word.at}`]
    const share = word && step.data.attention?.find((each) => each.word === word.at)?.share
    plate.show(guess(step), { raw: rough(step), over: seen ?? null, alt: kit.say("step_alt", { step: step.data.index + 1, of }) })
    slider.value = keep.step
    slider.setAttribute("aria-valuetext", kit.say("step_of", { step: step.data.index + 1, of }))
    where.textContent = kit.say("step_of", { step: step.data.index + 1, of })
    earlier.disabled = keep.step === 0
    later.disabled = keep.step === all.length - 1
    said.textContent = word && share !== undefined ? kit.say("looked_for", { word: word.text, share: kit.percent(share) }) : kit.say("looked_none", { share: kit.percent(step.data.ghost ?? 0) })
    for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", `${button.dataset.hold === `word-${keep.word}`}`)
    let_go.disabled = !word
    let_go.textContent = word ? kit.say("let_go", { word: word.text }) : kit.say("let_go_none")
  }

  show()
  return { ask: kit.say(touched.length ? "open_denoise" : "open_denoise_steps"), picture: el("div", { class: "picture-place" }, el("div", { class: "square plate" }, plate.node)), tools, acts: touched.length > 0 && !one.recorded ? [let_go] : [] }
}
