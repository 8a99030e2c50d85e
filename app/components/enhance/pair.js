// Pictures of one seed, side by side: of the words as they were written, and of every text they became.

import { el, mark } from "../chain/dom.js"
import { apart, laid } from "./apart.js"
import { frame } from "./frame.js"

const ALONE = "" // the name of the picture of the words alone; the others have their text's id
const AT_ONCE = 2 // streams: a browser opens few to one server

/** `offer(road)`: a picture can be made of this text; null: of none. `before` is what `at` said of a page that stood here. */
export function pair({ speak, server, data: { lang } }, before) {
  const make = el("button", { type: "button", class: "act", onclick: () => begin() })
  const note = el("p", { class: "note" }, speak.say("both_plain"))
  const said = el("p", { class: "warning", role: "alert", hidden: true })
  const drawn = el("p", { class: "note drawn" })
  const anew = el("button", { type: "button", class: "second", onclick: () => (forget(prompt), begin()) }, speak.say("another_seed"))
  const chance = el("div", { class: "two-texts-go" }, drawn, anew)
  const frames = el("div", { class: "both" })
  const node = el("div", { class: "two-texts", hidden: true }, el("div", { class: "two-texts-go" }, make, note), said, chance, frames)
  const made = new Map() // a text's id, or ALONE -> its picture
  let [prompt, seed, road, asking, gone] = [null, null, null, false, false]

  async function begin() {
    const [text, words] = [road, prompt]
    asking = true
    draw()
    const answer = await server.post("both", { text: text.id, drawn: seed, raw: !stands(ALONE) }).catch((refusal) => refusal)
    asking = false
    if (gone || words !== prompt) return
    said.hidden = Boolean(answer.enhanced)
    said.textContent = answer.enhanced ? "" : answer.message || speak.say("lost")
    if (answer.enhanced) {
      seed = answer.seed
      if (answer.raw) put(ALONE, answer.raw, null)
      put(text.id, answer.enhanced, text)
      follow()
    }
    draw()
  }

  /** Whether that picture is there, or comes. */
  const stands = (name) => made.has(name) && !made.get(name).failed()

  function put(name, id, text, done = false) {
    const one = frame({ speak, lang }, { id, side: text ? "enhanced" : "raw", alt: text?.data.read ?? prompt, done }, () => {
      follow()
      draw()
    })
    const old = made.get(name)
    if (old) old.node.replaceWith(one.node)
    else if (name === ALONE) frames.prepend(one.node)
    else frames.append(one.node)
    made.set(name, Object.assign(one, { text }))
  }

  /** Listen to the first that are not over. */
  function follow() {
    const coming = [...made.values()].filter((one) => !one.over())
    coming.slice(0, AT_ONCE).forEach((one) => one.listen())
  }

  /** The pictures and the seed of a prompt are no other's. */
  function forget(words) {
    close()
    made.clear()
    frames.replaceChildren()
    ;[prompt, seed] = [words, null]
    said.hidden = true
  }

  function draw() {
    node.hidden = !road && !made.size
    make.hidden = !road || stands(road.id)
    make.disabled = anew.disabled = asking
    make.textContent = speak.say(made.size ? "both_further" : "both")
    note.hidden = chance.hidden = true
    ;(seed === null ? note : chance).hidden = false
    anew.hidden = !road
    drawn.replaceChildren(mark("chance"), " ", ...speak.phrase("both_seed", { seed: el("span", { class: "computed chance" }, `${seed}`) }))
    made.get(ALONE)?.tell([el("span", { class: "person" }, prompt)])
    const texts = [...made.values()].filter((one) => one.text)
    const alone = apart(texts.map(({ text }) => text.data.words))
    texts.forEach((one, at) => one.tell(laid(one.text.data, alone[at])))
    made.forEach((one, name) => one.node.toggleAttribute("data-shown", name !== ALONE && made.size > 2 && name === road?.id))
  }

  const close = () => made.forEach((one) => one.close())

  if (before) {
    ;[prompt, seed] = [before.prompt, before.seed]
    before.made.forEach(({ name, id, text, done }) => put(name, id, text, done))
    follow()
  }
  draw()

  return {
    node,
    close() {
      gone = true
      close()
    },
    at: () => ({ prompt, seed, made: [...made].map(([name, { id, text, finished }]) => ({ name, id, text, done: finished() })) }),
    /** A text of this prompt is on its way. */
    begun(words) {
      if (words !== prompt) forget(words)
      road = null
      draw()
    },
    offer(text) {
      if (text && text.data.prompt !== prompt) forget(text.data.prompt)
      road = text
      draw()
    },
  }
}
