// What stands beside a stage: the essays' passages, and the words of the field.

import { el } from "./dom.js"
import { term } from "./terms.js"

const AT_HAND = 4 // passages a stage shows at most; the best-fitting come first

/** The passages and definitions of one stage. */
export function margin(stage, speak) {
  const [first, ...others] = (stage.quotes ?? []).slice(0, AT_HAND)
  const more = others.length > 0 && folded(speak.count("more_passages", others.length), others.map((quote) => passage(quote, speak)))
  const definitions = stage.definitions ?? []
  const words = definitions.length > 0 && folded(speak.count("words_of_the_field", definitions.length),
    el("ul", { class: "words" }, definitions.map((one) => el("li", {}, term(one)))))
  return el("aside", { class: "margin", "aria-label": speak.say("beside", { title: stage.title }) }, first && passage(first, speak), more, words)
}

function folded(title, content) {
  return el("details", { class: "folded" }, el("summary", {}, title), content)
}

/** One passage, word for word in its own language, its source beneath, a translation marked as ours. */
function passage(quote, speak) {
  const ours = quote.translation && el("p", { class: "translation" }, quote.translation, " ", el("small", {}, `(${speak.say("translation")})`))
  const ways = ["quoting", "through"].map((way) => quote[way] && el("span", { class: "way" }, speak.say(way, { name: quote[way] })))
  return el("figure", { class: "passage" },
    el("blockquote", { lang: quote.lang, dir: "auto" }, el("p", {}, `«\u00a0${quote.text}\u00a0»`)), ours,
    el("figcaption", {}, el("span", { lang: quote.lang }, quote.reference), ways))
}
