// The text encoder: what it read, the vectors it made, how words move through its layers, and a picture from one alone.

import { el } from "../chain/dom.js"
import { computed } from "../chain/language.js"
import { asking } from "./asking.js"
import { button, cannot } from "./buttons.js"
import { neverRead } from "./told.js"

export function encoder(desk) {
  const { speak } = desk
  const node = el("div", { class: "pane-body" })
  const fill = asking(node, speak)
  return {
    node,
    update() {
      const { shot } = desk
      fill(`${shot.id}/${desk.written}/${shot.state}/${shot.encodings.length}`, () => (desk.head() < 0 || !desk.written ? { events: [], unwritten: desk.running() } : desk.shelf.take(`/darkroom/${shot.id}/encode.json?n=${shot.encodings.length}`)), ({ events, unwritten }) => {
        const read = events.filter(({ data }) => data.branch !== "uncond")
        return read.length ? read.map((event) => encoding(desk, event)) : el("p", { class: "note" }, speak.say(unwritten ? "fetching" : "nothing_read"))
      })
    },
  }
}

function encoding(desk, { data, pictures }) {
  const { speak } = desk
  const tokens = data.tokens.filter((token) => token.kind !== "padding")
  const padding = data.tokens.length - tokens.length
  return [
    el("h3", {}, computed(data.encoder)),
    el("ul", { class: "token-list", "aria-label": speak.say("tokens") }, tokens.map((token) => el("li", { class: token.kind === "word" ? "person" : "program", title: `${token.id}` }, token.text)),
      padding > 0 && el("li", { class: "program" }, speak.count("padding", padding))),
    data.truncated && neverRead(data.truncated, speak),
    data.unknown?.length > 0 && el("p", { class: "note unknown" }, speak.count("unknown_words", data.unknown.length, { words: data.unknown.join(", ") })),
    pictures.vectors && el("figure", { class: "picture" }, el("img", { class: "raw heat", src: pictures.vectors, alt: speak.say("vectors_alt", { tokens: data.tokens.length, dim: data.dim }) }),
      el("figcaption", {}, speak.say("vectors_caption", { tokens: data.tokens.length, dim: data.dim }))),
    data.travel?.length > 0 && travel(desk, data),
  ]
}

/** A row a layer: how near each word still is to its beginning, and the picture from that layer alone. */
function travel(desk, { words, travel: ways, layers }) {
  const { speak } = desk
  const { can } = desk.shot
  const most = can.layers ?? null
  const meant = words.map((word, at) => ({ ...word, at })).filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).slice(0, 8)
  const fromLayer = (layer) => el("td", { class: "from-layer" }, most !== null && layer <= most && Object.assign(button(speak.say("from_layer"), () =>
    desk.branch(desk.shot.id, 0, [{ kind: "encoder_layer", at: 0, layer }], { also: { steps: [] }, near: "tree" }), "small-act"), { disabled: desk.running() || layer === most, title: speak.say("from_layer_help", { layer }) }))
  const rows = Array.from({ length: layers + 1 }, (_, layer) => el("tr", {}, el("th", { scope: "row" }, computed(`${layer}`)), fromLayer(layer),
    meant.map(({ at }) => {
      const value = ways[at][layer]
      return el("td", { style: { "--strength": `${Math.round(100 * Math.max(0, value))}%` }, title: speak.rounded(value) }, speak.rounded(value))
    })))
  return [
    el("p", { class: "note" }, speak.say("travel_help")),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": speak.say("travel_help") }, el("table", { class: "matrix travel" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, speak.say("layer")), el("th", {}), meant.map((word) => el("th", { scope: "col", class: "person", dir: "auto" }, word.text)))), el("tbody", {}, rows))),
    most === null && cannot(speak.say("cannot_layers")),
  ]
}
