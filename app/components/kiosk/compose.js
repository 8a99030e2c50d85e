// Compose: one word makes a picture, more words make it more one's own. Cards, a dice, or a keyboard; one sentence.

import { el, mark } from "../chain/dom.js"
import { cards, kinds } from "./compose_cards.js"
import { line } from "./compose_line.js"
import { STEPS, held } from "./compose_state.js"
import { called, decides, drawnWords, look, offered, row, shelf } from "./compose_steps.js"
import { wording } from "./compose_wording.js"
import { dice } from "./dice.js"
import { keyboard } from "./keyboard.js"
import { anew } from "./others.js"

const AND = "and" // of places: none, one thing beside the other

export function screen(kit) {
  const title = el("h1", { tabindex: "-1" })
  const then = el("p", { class: "then" })
  const told = el("p", { class: "told", role: "status" })
  const ask = el("h2", { class: "ask" })
  const own = wording(kit, { changed, refused })
  const sentence = line(kit, { changed: typed, done: written })
  const steps = row(kit, to)
  const tabs = kinds(open)
  const grid = cards(kit, { choose: took, past })
  const keys = keyboard(kit, sentence.field, written)
  const chance = dice(kit, { chosen: own.own, thrown, refused })
  const write = el("button", { type: "button", class: "way write", onclick: () => (sentence.writing() ? written() : writes()) })
  const make = el("button", { type: "button", class: "act make", onclick: made })
  const area = el("div", { class: "area" }, ask, tabs.node, grid.node, keys.node)
  const node = el("section", { class: "view compose" }, el("div", { class: "top" }, title, then, sentence.node, told), kit.data.words && steps.node, area,
    el("div", { class: "acts" }, chance.node, kit.data.curation.typing && write, make))
  let [step, part, kind, place, making] = [STEPS[0], "noun", null, null, null]

  const sorts = () => Object.keys(kit.words().nouns)
  const noun = () => part === "noun" || part === "other"
  const who = (id, of = part) => (held(own.chosen(), of) === id ? (own.drawn().has(of) ? "chance" : "person") : null)

  // ---- The steps ----------------------------------------------------------------------------------------

  function to(other, first = null) {
    step = other
    part = first ?? step.parts.find((one) => held(own.chosen(), one) !== null && one !== "other") ?? step.parts[0]
    if (noun()) kind = kindOf(held(own.chosen(), part)) ?? kind ?? sorts()[0]
    drawSteps()
    drawCards("held")
  }

  const kindOf = (id) => sorts().find((one) => kit.words().nouns[one].some((word) => word.id === id))

  /** On to what is still open, one touch after another. */
  function on() {
    const next = STEPS.slice(STEPS.indexOf(step) + 1).find((one) => one.id !== "beside" && offered(kit, one, own.chosen()) && decides(one, own.chosen(), own.drawn()) === "program")
    if (next) to(next)
    else to(step, part)
  }

  function open(id) {
    if (noun()) kind = id
    else part = id
    drawCards("held")
  }

  /** Behind the last animal stands the first plant. */
  function past(by) {
    const all = sorts()
    kind = all[(all.indexOf(kind) + by + all.length) % all.length]
    drawCards(by > 0 ? "start" : "end")
    kit.tell(kit.say(`kind_${kind}`))
  }

  // ---- Choosing -----------------------------------------------------------------------------------------

  function took(id) {
    tell()
    if (!kit.data.words) return own.pick(Number(id))
    if (part === "place") return placed(id)
    own.take(part, id)
    if (part === "other" && place) own.take("place", place)
    on()
  }

  /** First where, then what stands there. */
  function placed(id) {
    place = id === AND ? null : id
    if (id === null) own.take("other", null)
    else if (held(own.chosen(), "other") !== null) own.take("place", place)
    to(step, id === null ? "place" : "other")
  }

  function thrown(answer) {
    if (answer.card !== undefined) own.pick(answer.card, "chance")
    else own.thrown(answer)
    to(step)
    const words = answer.card === undefined ? drawnWords(kit, own.chosen(), own.drawn()) : [own.text()]
    if (words.length) kit.tell(kit.say("chance_chose", { words: words.join(", ") }))
    else told.textContent = kit.say("chance_none")
  }

  function typed(text) {
    own.write(text)
    drawMake()
  }

  function writes() {
    tell()
    node.classList.add("writing")
    sentence.write(own.text())
    kit.tell("")
    drawWriting()
  }

  function written() {
    if (!sentence.writing()) return
    node.classList.remove("writing")
    own.wrote()
    sentence.leave()
    if (!own.text()) to(STEPS[0])
    draw()
    write.focus({ preventScroll: true })
  }

  async function made() {
    const { visit } = kit
    if (making === visit || !own.text().trim()) return
    if (sentence.writing()) own.wrote()
    making = visit
    make.setAttribute("aria-busy", "true")
    try {
      const id = await visit.ready
      const { exposure } = await kit.post(`/visits/${id}/pictures`, own.wish())
      if (visit === kit.visit) kit.go("watch", Object.assign(visit, anew(), own.visit(), { exposure }))
    } catch (why) {
      if (visit === kit.visit) refused(why)
    } finally {
      if (making === visit) idle()
    }
  }

  function idle() {
    making = null
    make.removeAttribute("aria-busy")
  }

  function refused({ said = {} } = {}) {
    tell(said[kit.lang()] ?? kit.say("not_now"), said)
  }

  // ---- Drawing ------------------------------------------------------------------------------------------

  let refusal = null

  function tell(sentence = "", said = null) {
    refusal = said
    told.className = sentence ? "told refused" : "told"
    told.replaceChildren(sentence)
  }

  /** The sentence is another, or is in another language. */
  function changed() {
    const text = own.text()
    drawTitle()
    if (!sentence.writing()) sentence.show(text, own.card() === null ? drawnWords(kit, own.chosen(), own.drawn()) : own.drawn().size ? [text] : [])
    drawMake()
    if (!refusal) told.replaceChildren(...(own.drawn().size && !own.typed() ? [mark("chance"), kit.say("by_chance_line")] : []))
    told.classList.toggle("chance", !refusal && own.drawn().size > 0 && !own.typed())
    if (kit.data.words) drawSteps()
    else drawCards("same")
  }

  /** What to do is said until there is a sentence; to those who listen, always. */
  function drawTitle() {
    const written = sentence.writing() || Boolean(own.text())
    title.classList.toggle("unseen", written)
    then.hidden = written
  }

  const drawMake = () => make.setAttribute("aria-disabled", `${!own.text().trim()}`)

  function drawSteps() {
    node.classList.toggle("first", !own.text())
    steps.show({ chosen: own.chosen(), drawn: own.drawn(), now: step.id })
  }

  function drawWriting() {
    const writing = sentence.writing()
    write.textContent = kit.say(writing ? "words" : "write")
    steps.node.hidden = writing || !kit.data.words
    ask.textContent = kit.say(writing ? "ask_write" : kit.data.words ? `ask_${part}` : "ask_card")
    tabs.node.hidden ||= writing
    grid.node.hidden = writing
    keys.node.hidden = !writing
    chance.node.disabled = writing
    drawTitle()
  }

  function drawCards(from) {
    if (!kit.data.words) {
      grid.show(kit.data.cards.map((card, at) => ({ id: `${at}`, text: card[kit.lang()], who: own.card() === at ? (own.drawn().size ? "chance" : "person") : null })), "sentence", { label: kit.say("ask_card"), from })
      return drawWriting()
    }
    const groups = noun() ? sorts() : part === "place" ? [] : step.parts
    const now = noun() ? kind : part
    tabs.show(groups.map((id) => ({ id, text: kit.say(noun() ? `kind_${id}` : `part_${id}`) })), now, kit.say(`ask_${part}`))
    grid.show(options(), look(part), { label: kit.say(`ask_${part}`), labelledby: groups.length > 1 ? `kind-${now}` : null, from, round: noun() })
    drawWriting()
  }

  /** The cards of what is chosen now; where it may be left open, the first one says so. */
  function options() {
    const all = shelf(kit, part, kind).map(({ id, text }) => ({ id, text, who: who(id) }))
    if (noun()) return all
    if (part !== "place") return [{ id: null, text: kit.say("left_open"), who: null, by: "program" }, ...all]
    return [{ id: null, text: kit.say("alone"), who: null }, { id: AND, text: kit.say("and_card"), who: held(own.chosen(), "other") !== null && !own.chosen().place ? who(held(own.chosen(), "other"), "other") : null }, ...all]
  }

  function draw() {
    title.textContent = kit.say("compose_title")
    then.textContent = kit.say(kit.kept("compose_then"))
    make.textContent = kit.say("make")
    chance.draw()
    sentence.draw()
    keys.draw()
    if (refusal) tell(refusal[kit.lang()] ?? kit.say("not_now"), refusal)
    drawCards("same")
    changed()
  }

  return {
    node, draw,
    enter() {
      kind ??= kit.data.words && sorts()[0]
      draw()
    },
    leave() {
      if (sentence.writing()) written()
    },
    forget() {
      own.forget()
      chance.forget()
      sentence.leave()
      sentence.show("", [])
      idle()
      grid.forget()
      node.classList.remove("writing")
      tell()
      ;[step, part, kind, place] = [STEPS[0], "noun", kit.data.words && sorts()[0], null]
    },
    back() {
      if (sentence.writing()) return written()
      const before = STEPS.slice(0, STEPS.indexOf(step)).findLast((one) => offered(kit, one, own.chosen()))
      if (before && kit.data.words) to(before)
      else kit.again()
    },
  }
}
