// Meaning: the same picture in three channels, each of which says something else with it; then, who decided what.

import { el, icon } from "../chain/dom.js"
import { tightened } from "./fitting.js"
import { ledger } from "./meaning_ledger.js"
import { own } from "./others.js"
import { cited } from "./passage.js"
import { told } from "./frames.js"

const CHANNELS = ["indicative", "imperative", "artistic"]
const QUOTES = { indicative: "indicative-imperative-artistic", imperative: "more-images-for-less", artistic: "the-best-artist-on-earth" }
const [BACK, ON] = ["M15 4 7 12l8 8", "M9 4l8 8-8 8"]
const PAGES = ["channels", "ledger"]

export function screen(kit) {
  const title = el("h1", { tabindex: "-1" })
  const back = el("button", { type: "button", class: "way", "data-act": "back", onclick: backward })
  const next = el("button", { type: "button", class: "act", onclick: onward })
  const acts = el("div", { class: "acts" }, back, next)
  const body = el("div", { class: "view-body" })
  const node = el("section", { class: "view meaning" }, body)
  const fetched = new Map() // address -> that of its file in memory; of this visit only
  let [one, page, channel] = [null, 0, CHANNELS[0]]

  function enter() {
    one = own(kit)
    ;[channel, page] = [CHANNELS[0], kit.visit.judged ? 1 : 0]
    draw()
  }

  function onward() {
    kit.visit.judged = page === 1 // who comes back from the farewell stands where they left
    if (page === 1) return kit.go("farewell")
    page += 1
    draw()
    title.focus({ preventScroll: true })
  }

  function backward() {
    if (page === 0) return kit.go("walk", { stage: "select" })
    page -= 1
    draw()
    title.focus({ preventScroll: true })
  }

  function draw() {
    if (!one) return
    const held = node.contains(document.activeElement) && document.activeElement.dataset.hold
    node.dataset.page = PAGES[page]
    title.textContent = kit.say(`meaning_${PAGES[page]}`)
    back.replaceChildren(icon(BACK), el("span", {}, kit.say("back")))
    next.replaceChildren(el("span", {}, kit.say(page ? "to_farewell" : "to_ledger")), icon(ON))
    next.dataset.act = page ? "farewell" : "next"
    body.replaceChildren(title, ...(page ? ledger(kit, one) : sheets()), acts)
    settle()
    if (held) node.querySelector(`[data-hold="${CSS.escape(held)}"]`)?.focus({ preventScroll: true })
  }

  /** The three sheets, one of them large. */
  function sheets() {
    const image = (name, alt) => {
      const paper = el("span", { class: "paper" })
      sheet(name).then((address) => address && paper.replaceChildren(el("img", { src: address, alt })))
      return paper
    }
    const row = el("div", { class: "sheets", role: "group", "aria-label": kit.say("meaning_channels") }, CHANNELS.map((name) => el("button", { type: "button", class: "sheet", "data-hold": name, "aria-pressed": `${name === channel}`, onclick: () => {
      channel = name
      draw()
    } }, image(name, ""), el("span", {}, kit.say(`channel_${name}`)))))
    const says = el("div", { class: "says", "aria-live": "polite" }, el("p", { class: "ours" }, kit.say(`channel_${channel}_says`)), quote())
    return [el("div", { class: "sheet-large" }, image(channel, kit.say(`channel_${channel}_alt`))), says, row]
  }

  /** The address of a sheet that was fetched, once; null where it does not come. */
  function sheet(name) {
    const address = `/pictures/${one.exposure}/channels/${name}.webp?lang=${kit.lang()}`
    if (!fetched.has(address)) {
      fetched.set(address, fetch(address).then((answer) => (answer.ok ? answer.blob() : Promise.reject())).then((file) => URL.createObjectURL(file)).catch(() => {
        fetched.delete(address)
        return null
      }))
    }
    return fetched.get(address)
  }

  function forget() {
    one = null
    for (const sheet of fetched.values()) sheet.then((address) => address && URL.revokeObjectURL(address))
    fetched.clear()
  }

  function quote() {
    const all = told(kit, "distribute").quotes ?? []
    const mine = all.find(({ id }) => id === QUOTES[channel]) ?? all[0]
    return mine ? cited(kit, mine) : el("div")
  }

  function settle() {
    const text = body.querySelector(".says, .ledger-words")
    if (!node.hidden && text) tightened(text)
  }

  addEventListener("resize", settle)
  return { node, enter, draw, forget, leave: () => body.replaceChildren(), back: backward }
}
