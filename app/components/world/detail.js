// One noun laid open: its words in both languages, and a few true renders of it.

import { el } from "../chain/dom.js"
import { pictogram } from "./things.js"

const LANGUAGES = ["fr", "en"]

/** The panel over the mosaic, closed at first: `show(place, left)` opens it on a noun, to its left or right. */
export function detail(kit, back) {
  const node = el("section", { class: "detail", hidden: true, "aria-labelledby": "program-noun", onkeydown: (event) => event.key === "Escape" && close() })
  function close() {
    node.hidden = true
    back()
  }
  return {
    node,
    show(place, left) {
      node.classList.toggle("left", left)
      node.replaceChildren(...laidOpen(kit, place, close))
      node.hidden = false
      node.scrollTop = 0
      node.querySelector("h3").focus({ preventScroll: true })
    },
  }
}

function laidOpen({ world, speak, data, ask }, place, close) {
  const noun = world.nouns[place]
  const name = noun.name[speak.lang]
  const renders = el("ul", { class: "renders" })
  fetch(`/world/nouns/${noun.id}.json`).then((answer) => (answer.ok ? answer.json() : []))
    .then((said) => renders.replaceChildren(...said.map((captions, k) => render(noun, k, captions[speak.lang], speak, ask))))
  return [
    el("button", { type: "button", class: "close", "aria-label": speak.say("close"), title: speak.say("close"), onclick: close }, "×"),
    el("div", { class: "named" }, pictogram(place, world, data.edition), el("div", {}, el("h3", { id: "program-noun", tabindex: "-1" }, name), el("p", { class: "note" }, speak.say(`kind_${noun.kind}`)))),
    el("dl", { class: "wording" }, LANGUAGES.map((lang) => [el("dt", {}, speak.say(`word_${lang}`)), el("dd", {}, wording(noun, lang, speak))])),
    prompt(name, speak.say("ask"), "act", ask),
    el("p", { class: "note" }, speak.say("renders")),
    renders,
  ]
}

/** The usual word, its gender and plural, then the others. */
function wording(noun, lang, speak) {
  const [usual, ...others] = noun[lang]
  const gender = lang === "fr" && speak.say(usual.feminine ? "feminine" : "masculine")
  const plural = noun.countable ? speak.phrase("plural", { word: el("span", { lang, class: "person" }, usual.plural) }) : [speak.say("uncountable")]
  const rest = others.flatMap((word, at) => [at ? ", " : "", el("span", { lang, class: "person" }, word.text)])
  return [el("span", { lang, class: "person" }, noun.name[lang]), el("span", { class: "note" }, gender && `${gender}, `, plural),
    rest.length > 0 && el("span", { class: "note" }, speak.phrase("synonyms", { words: el("span", {}, rest) }))]
}

/** A link that takes a prompt to the chain; with a click alone the page stays, and goes on from here. */
export function prompt(text, label, kind, ask, ...inside) {
  const take = (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return
    click.preventDefault()
    ask(text)
  }
  return el("a", { class: kind, href: `/?prompt=${encodeURIComponent(text)}`, title: inside.length ? label : null, onclick: take }, inside.length ? inside : label)
}

function render(noun, k, caption, speak, ask) {
  const image = el("img", { src: `/world/nouns/${noun.id}/${k}.webp`, alt: speak.say("render_alt", { caption }), width: 256, height: 256, decoding: "async" })
  return el("li", {}, prompt(caption, speak.say("ask_this"), "render", ask, image, el("span", { class: "person" }, caption)))
}
