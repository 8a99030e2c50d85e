// The page Enhance: a prompt, who rewrites it, the text token by token, other roads, two pictures, many pictures.

import { el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { margin } from "../chain/margin.js"
import { mounts } from "../chain/mounts.js"
import { lexicon } from "../chain/terms.js"
import { server } from "../darkroom/api.js"
import { asking } from "./asking.js"
import { pair } from "./pair.js"
import { various } from "./various.js"
import { writing } from "./writing.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function enhance({ data, parentElement }) {
  const root = parentElement.querySelector(".enhance")
  return mount(root, JSON.stringify(data), (before) => open(data, root, before?.at() ?? {}))
}

function open(data, root, before) {
  const speak = speaker(data)
  const kit = { speak, data, term: lexicon([data.stage]), server: server(data.lang, "/enhance") }
  const form = asking(kit, { write: () => text.write(form.asked()), changed: () => many.update() })
  const pictures = pair(kit, before.pictures)
  const text = writing(kit, { done: pictures.offer, begun: pictures.begun, busy: form.busy }, before.text)
  const many = various(kit, form, before.many)
  const section = (name, title, ...children) => el("section", { class: `enhance-part enhance-${name}`, "aria-labelledby": title && `enhance-${name}` }, title && el("h2", { id: `enhance-${name}` }, title), children)
  root.replaceChildren(el("div", { class: "enhance-page", lang: data.lang },
    section("asking", null, form.node), section("text", null, text.node, pictures.node),
    section("various", speak.say("various_title"), many.node), el("div", { class: "enhance-margin" }, margin(data.stage, speak))))
  many.update()
  return {
    at: () => ({ text: text.at(), pictures: pictures.at(), many: many.at() }),
    close: () => [text, pictures, many].forEach((one) => one.close()),
  }
}
