// One passage of the essays for a stage; another one for the next visitor.

import { el } from "../chain/dom.js"
import { told } from "./frames.js"

const BEST = 5 // of a stage: the best-fitting come first

/** The passages of a stage that the curator lets be shown, the best of them. */
export const fitting = (kit, id) => (told(kit, id).quotes ?? []).slice(0, BEST)

/** One of a stage's; `turn` says which, round and round. Nothing where there is none. */
export function passage(kit, id, turn) {
  const all = fitting(kit, id)
  return all.length ? cited(kit, all[turn % all.length]) : el("div", { class: "passage none" })
}

/** A passage word for word in its own language, a translation marked as ours, and where it stands. */
export function cited(kit, quote) {
  const ours = quote.translation && el("p", { class: "translation" }, quote.translation, " ", el("span", { class: "whose" }, `(${kit.say("translation")})`))
  const ways = ["quoting", "through"].filter((way) => quote[way]).map((way) => el("span", { class: "way-through" }, ", ", kit.say(way, { name: quote[way] })))
  return el("figure", { class: "passage" }, el("blockquote", { lang: quote.lang }, el("p", {}, `«\u00a0${quote.text}\u00a0»`)), ours,
    el("figcaption", {}, el("span", { lang: quote.lang }, quote.reference), ways))
}

let turns = 0

/** A number for each visit, so that the passages change from one to the next; nothing of it is kept elsewhere. */
export const turn = (visit) => (visit.turn ??= turns++)
