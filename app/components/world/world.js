// The model's whole world: what it can name, what can be said of it, what it was shown, what it comes near to, how large it is.

import { beforePaint, el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { margin } from "../chain/margin.js"
import { attributes } from "./attributes.js"
import { near } from "./near.js"
import { things } from "./things.js"
import { sizes } from "./sizes.js"
import { training } from "./training.js"

/** The world's words; one edition of them is fetched once. */
const editions = new Map()
function words(edition) {
  if (!editions.has(edition)) {
    const fetched = fetch(`/world/words.json?edition=${edition}`).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    fetched.catch(() => editions.delete(edition))
    editions.set(edition, fetched)
  }
  return editions.get(edition)
}

/** One part of the page: a title, a sentence, what there is to see, and the essays beside it. */
function section(name, { data, speak }, content, sentence = null, title = `${name}_title`) {
  const heading = `program-${name}`
  return el("section", { class: `stage part-${name}`, "aria-labelledby": heading },
    el("header", {}, el("h2", { id: heading, class: sentence ? null : "unseen" }, speak.say(title)), sentence && el("p", { class: "plain" }, sentence)),
    el("div", { class: "content" }, content), data.passages[name] && margin(data.passages[name], speak))
}

/** What it knows and what it can never show, in three sentences. */
function lead({ speak, data }) {
  const count = (name) => el("strong", {}, speak.whole(data.extent[name]))
  const values = Object.fromEntries(["nouns", "colours", "settings", "lights", "processes"].map((name) => [name, count(name)]))
  const many = new Intl.NumberFormat(speak.lang, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 3 })
  return el("p", { class: "lead" }, speak.phrase("lead", values), " ",
    speak.phrase("lead_scenes", { scenes: el("strong", {}, many.format(data.extent.scenes)) }), " ",
    el("em", {}, speak.say("never")))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".world")
  if (root.dataset.lang === data.lang) return
  root.dataset.lang = data.lang
  const speak = speaker(data)
  words(data.edition).then((world) => {
    const kit = { data, speak, world, ask: (prompt) => setTriggerValue("ask", prompt), look: (exposure) => setTriggerValue("near", exposure) }
    const { asking, browsing } = things(kit)
    const compared = data.near ? [section("near", kit, near(kit), speak.say("near_plain"))] : []
    root.replaceChildren(el("div", { class: "opening" }, lead(kit), asking), section("things", kit, browsing),
      section("attributes", kit, attributes(kit), speak.say("attributes_plain", { scene: speak.say("base_scene") })),
      section("training", kit, training(kit), speak.say("training_plain"), data.learnt === null ? "pictures_title" : "training_title"),
      ...compared, section("sizes", kit, sizes(kit), speak.say("sizes_plain")))
    if (data.near?.asked) beforePaint(() => compared[0].scrollIntoView())
  }, () => root.replaceChildren(el("p", { class: "warning" }, speak.say("lost"))))
}
