// Every attribute, as a render of one and the same scene with that one thing changed.

import { el } from "../chain/dom.js"

const picture = (kind, id, alt) => el("img", { src: `/world/scenes/${kind}/${id}.webp`, alt, loading: "lazy", decoding: "async", width: 256, height: 256 })

/** The scene as it is, then a row for each kind of attribute. */
export function attributes({ world, speak }) {
  const scene = speak.say("base_scene")
  const base = el("figure", { class: "base" }, picture("base", "as-it-is", speak.say("render_alt", { caption: scene })), el("figcaption", { class: "person" }, scene))
  const groups = Object.entries(world.attributes).map(([kind, values]) => group(kind, values, speak))
  return [base, el("div", { class: "groups" }, groups)]
}

function group(kind, values, speak) {
  const heading = `program-${kind}`
  return el("section", { class: `group group-${kind}`, "aria-labelledby": heading },
    el("h3", { id: heading }, speak.say(`group_${kind}`), " ", el("span", { class: "computed" }, speak.whole(values.length))),
    el("ul", { class: "values" }, values.map((value) => tile(kind, value, speak))))
}

/** The reader's word first, the other language's beside it. */
function tile(kind, { id, forms }, speak) {
  const other = speak.lang === "fr" ? "en" : "fr"
  const word = forms[speak.lang][0]
  return el("li", {}, picture(kind, id, speak.say("varied_alt", { word })),
    el("span", { class: "person" }, word), el("span", { class: "note", lang: other }, forms[other][0]))
}
