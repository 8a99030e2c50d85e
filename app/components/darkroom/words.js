// Words: how much of the denoiser's attention each got, where, in which layer, and how hard it pulled.

import { el } from "../chain/dom.js"
import { computed } from "../chain/language.js"
import { asking, stepSeen } from "./asking.js"
import { button } from "./buttons.js"
import { actsFrom } from "./places.js"
import { wordsAt } from "./told.js"

export function words(desk) {
  const { speak } = desk
  const [list, closer] = ["share-list", "closer"].map((name) => el("div", { class: name }))
  const kinds = ["layers", "pull"].map((kind) => button(speak.say(`look_${kind}`), () => {
    wanted = wanted === kind ? null : kind
    desk.draw()
  }))
  const node = el("div", { class: "pane-body" }, list, el("div", { class: "row" }, kinds), closer)
  const [fill, fillCloser] = [asking(list, speak), asking(closer, speak)]
  let wanted = null

  return {
    node,
    update() {
      const { shot } = desk
      const step = stepSeen(desk)
      kinds.forEach((one, at) => {
        one.setAttribute("aria-pressed", `${wanted === ["layers", "pull"][at]}`)
        one.disabled = step === null || desk.running()
      })
      fill(`${shot.id}/${step}/${desk.word}/${shot.encodings.length}`, () => (step === null ? null : desk.step(shot.id, step)), (event) => shares(desk, event, step))
      const kind = step === null ? null : wanted
      fillCloser(`${shot.id}/${step}/${kind}/${desk.word}/${desk.light?.name ?? ""}`, () => kind && desk.shelf.take(`/darkroom/${shot.id}/looks/${kind}/${step}.json`),
        (event) => (kind ? { layers, pull }[kind](desk, event) : []), speak.say("looks"))
    },
  }
}

/** Each word a switch with a bar of its share; touched, the picture is lit where the program looked for it. */
function shares(desk, event, step) {
  const { speak } = desk
  if (step === null) {
    const read = wordsAt(desk.shot, actsFrom(desk.place(), desk.shot.of) ?? 0)
    return [el("p", { class: "note" }, speak.say("words_before")), el("ul", { class: "word-list" }, read.map((word) => el("li", { class: word.known === false ? "word unknown-word" : "word" }, word.text)))]
  }
  const seen = event.data.attention ?? []
  if (!seen.length) return el("p", { class: "note" }, speak.say("no_attention"))
  const most = Math.max(...seen.map((one) => one.share), 1e-9)
  return [el("p", { class: "note" }, speak.say("attention_help", { step: step + 1 })), el("ul", { class: "bars-list" }, seen.map((one) =>
    el("li", {}, bar(desk, one.text, one.share / most, speak.percent(one.share), desk.word === one.word && !desk.light, () =>
      shine(desk, { word: desk.word === one.word ? null : one.word, light: null }))))),
  Number.isFinite(event.data.ghost) && el("p", { class: "note" }, speak.say("ghost", { share: speak.percent(event.data.ghost) }))]
}

function bar(desk, text, share, said, chosen, act) {
  return el("button", { type: "button", class: "share-bar", "aria-pressed": `${chosen}`, style: { "--share": share }, onclick: act },
    el("span", { class: "word", dir: "auto" }, text), computed(said))
}

/** A grid: a row a layer, the map of the chosen word in each. */
function layers(desk, { data, pictures }) {
  const { speak } = desk
  const word = Math.min(desk.word ?? 0, data.words.length - 1)
  const cells = data.layers.map((layer, at) => {
    const name = `${at}/${word}`
    const chosen = desk.light?.name === name
    return el("li", {}, el("button", { type: "button", class: "map-cell", "aria-pressed": `${chosen}`, title: layer.name, onclick: () => lit(desk, name, pictures[name],
      speak.say("layer_told", { word: data.words[word], layer: at + 1, share: speak.percent(layer.shares[word]) })) },
    el("img", { class: "raw", src: pictures[name], alt: "" }), el("span", { class: "computed" }, `${at + 1} · ${layer.rows}×${layer.columns}`), computed(speak.percent(layer.shares[word]))))
  })
  return [el("p", { class: "note" }, speak.say("layers_help", { word: data.words[word] })), el("ul", { class: "maps" }, cells)]
}

/** What the prediction loses without each word. */
function pull(desk, { data, pictures }) {
  const { speak } = desk
  const most = Math.max(...data.words.map((one) => one.rms), 1e-9)
  return [el("p", { class: "note" }, speak.say("pull_help")), el("ul", { class: "bars-list" }, data.words.map((one, at) => {
    const name = `pull/${at}`
    return el("li", {}, bar(desk, one.text, one.rms / most, speak.number(one.rms), desk.light?.name === name, () =>
      lit(desk, name, pictures[at], speak.say("pull_told", { word: one.text, value: speak.number(one.rms) }))))
  }))]
}

const lit = (desk, name, src, caption) => shine(desk, { light: desk.light?.name === name ? null : { name, src, caption } })

/** Lay a map over the picture, or take it off; where one is laid, bring the picture into sight. */
function shine(desk, patch) {
  desk.change(patch)
  if (desk.light || desk.word !== null) desk.reveal()
}
