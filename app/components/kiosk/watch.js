// Watch: the picture comes, large, out of noise; the stages light up as they happen, and one line says what happens.

import { el, icon, mark } from "../chain/dom.js"
import { newestPicture, stepsIn } from "../chain/run.js"
import { paced, screen as plates } from "../chain/screen.js"
import { fitting } from "./fitting.js"
import { LED, SPEAKS } from "./frames.js"
import { spoken } from "./frames_words.js"
import { learnt, sheet } from "./learnt.js"
import { own } from "./others.js"
import { fetched, guess, lost, picture, rough, steps, whole } from "./reel.js"
import { read, rewritten, tongue, written } from "./whose.js"

const BETWEEN = 450 // ms from one picture to the next
const DWELL = 420 // ms that a stage stands at least
const LOOKED = 3000 // ms that the whole picture stands before it goes on
const SILENT = 20_000 // ms without anything new: then a recording
const SIZES = [2.6, 2.2, 1.9, 1.6, 1.35, 1.15]
const ON = "M9 4l8 8-8 8"

/** What is known before the first event: the words as the visitor put them. */
const asking = (prompt) => ({ recorded: false, run: { first: { prompt: { data: { prompt } } } } })

export function screen(kit) {
  const title = el("h1", { class: "unseen", tabindex: "-1" })
  const line = el("p", { class: "said", dir: "auto" })
  const words = el("div", { class: "watch-words" }, line)
  const frame = el("div", { class: "watch-frame", "data-frame": "", onclick: () => whole(one) && onward() })
  const row = el("ol", { class: "watch-row" })
  const now = el("p", { class: "watch-now" })
  const next = el("button", { type: "button", class: "act", "data-act": "next", hidden: true, onclick: () => onward() })
  const back = el("button", { type: "button", class: "way", "data-act": "back", hidden: true, onclick: () => kit.go("compose") })
  const node = el("section", { class: "view watch" }, title, words, frame, el("div", { class: "watch-told" }, row, now), el("div", { class: "acts" }, back, next))
  let [one, heard, lit, queue, pacing] = [null, () => {}, [], [], null]
  let [silence, leaving, again, rescuing, instead, plate] = [null, null, false, false, null, null]
  const show = paced(drawPicture, BETWEEN)

  function enter(given = {}) {
    ;[lit, queue, again, rescuing, instead] = [[], [], Boolean(given.again), false, null]
    offer(false)
    frame.dataset.step = ""
    frame.dataset.whole = "false"
    empty()
    kit.busy(true)
    one = own(kit)
    heard = one.on(changed)
    draw()
    changed()
  }

  /** Of the picture before, nothing is seen. */
  function empty() {
    plate = plates()
    frame.replaceChildren(plate.node)
  }

  function changed() {
    hush()
    if (lost(one)) return rescue()
    if (!instead) rescuing = false // it goes on
    if (kit.stopped()) return
    if (!again) LED.filter((id) => one.run.first[id] && one.run.first[id].kind !== "off" && !lit.includes(id) && !queue.includes(id)).forEach((id) => queue.push(id))
    if (again && whole(one)) lit = LED.filter((id) => one.run.first[id] && one.run.first[id].kind !== "off")
    if (!pacing) advance()
    if (newestPicture(one.run)) show()
    drawWords()
    drawNow()
    if (whole(one) && !queue.length) done()
  }

  /** A stage after the other, each for a moment, however fast they came. */
  function advance() {
    pacing = null
    if (!one || kit.stopped()) return
    if (!queue.length) return one && whole(one) && done()
    lit.push(queue.shift())
    drawRow()
    drawNow()
    kit.tell(now.textContent)
    pacing = setTimeout(advance, DWELL)
  }

  function done() {
    if (frame.dataset.whole === "true") return
    frame.dataset.whole = "true"
    offer(true)
    drawRow()
    drawNow()
    kit.tell(now.textContent)
    kit.busy(false)
    show()
    if (learnt(one)) sheet() // it is seen next
    leaveSoon()
  }

  /** Whether there are ways on and back. */
  function offer(there) {
    for (const way of [back, next]) way.hidden = !there
  }

  /** Who came back to look at it again stays as long as they like. */
  function leaveSoon() {
    clearTimeout(leaving)
    if (!again && !kit.stopped()) leaving = setTimeout(onward, LOOKED)
  }

  function onward() {
    kit.go("walk", instead ? { recording: instead } : {})
  }

  /** Nothing came for too long, or it came to nothing: what plays now was made before, and that is said. */
  async function rescue() {
    clearTimeout(silence)
    if (rescuing) return
    rescuing = true
    const { visit } = kit
    for (const id of kit.state?.recordings ?? kit.data.recordings) {
      const film = await fetched(id)
      if (visit !== kit.visit || node.hidden || !rescuing) return
      if (!film) continue
      instead = film
      offer(true)
      drawNow()
      kit.tell(now.textContent)
      return leaveSoon()
    }
    rescuing = false
    kit.busy(false)
    silence = setTimeout(rescue, SILENT)
  }

  function hush() {
    clearTimeout(silence)
    if (!one || !whole(one)) silence = setTimeout(rescue, SILENT)
  }

  // ---- Drawing ------------------------------------------------------------------------------------------

  function drawPicture() {
    if (!one || kit.stopped()) return
    const last = steps(one).at(-1)
    const begun = Boolean(last)
    const source = whole(one) ? picture(one) : begun ? guess(last) : one.run.first.noise?.pictures.latents
    if (!source) return
    plate.show(source, { raw: !whole(one) && (!begun || rough(last)), alt: kit.say(whole(one) ? "watch_whole" : begun ? "step_alt" : "noise_alt", { step: stepsIn(one.run), of: last?.data.of }) })
    frame.dataset.step = begun ? last.data.index + 1 : 0
  }

  function drawWords() {
    const known = one?.run.first.prompt ? one : asking(kit.visit.text ?? "")
    const text = rewritten(known) ? read(kit, known) : written(kit, known)
    const told = text.map(({ text: word, who }) => `${word} ${who}`).join()
    if (told === line.dataset.told) return
    line.dataset.told = told
    line.lang = tongue(kit, one)
    line.replaceChildren(...text.flatMap(spoken))
    fitting(line, words, SIZES)
  }

  function drawRow() {
    row.replaceChildren(...LED.filter((id) => id !== "enhance" || adds()).map((id) => {
      const state = one && whole(one) && !queue.length && lit.includes(id) ? "done" : id === lit.at(-1) ? "now" : lit.includes(id) ? "done" : "ahead"
      return el("li", { "data-standing": state }, mark(SPEAKS[id]), el("span", {}, kit.say(`short_${id}`)))
    }))
  }

  /** Whether a language model adds words, as far as that is known. */
  function adds() {
    const { enhance, encode } = one?.run.first ?? {}
    return enhance || encode ? Boolean(enhance) && enhance.kind !== "off" : kit.data.curation.enhance
  }

  function drawNow() {
    const stage = lit.at(-1)
    const begun = one && steps(one)[0]
    if (instead) now.textContent = kit.say("watch_rescue")
    else if (frame.dataset.whole === "true") now.textContent = kit.say("watch_whole")
    else if (!one || !stage) now.textContent = kit.say("watch_asked")
    else if (one.run.lost || (stage === "denoise" && !begun)) now.textContent = kit.say("watch_moment")
    else if (stage === "denoise" && !whole(one)) now.textContent = kit.say("watch_denoise", { step: stepsIn(one.run), of: begun.data.of })
    else now.textContent = kit.say(`watch_${stage}`)
  }

  function draw() {
    title.textContent = kit.say("watch_title")
    back.textContent = kit.say("watch_back")
    next.replaceChildren(kit.say("watch_next"), icon(ON))
    drawWords()
    drawRow()
    drawNow()
  }

  addEventListener("resize", () => node.hidden || fitting(line, words, SIZES))

  return {
    node, enter, draw,
    back: () => back.hidden || back.click(),
    leave() {
      heard()
      for (const timer of [silence, leaving, pacing]) clearTimeout(timer)
      ;[heard, pacing] = [() => {}, null]
    },
    paused(stopped) {
      if (stopped) clearTimeout(leaving)
      else if (instead || frame.dataset.whole === "true") leaveSoon()
      else if (one) changed()
    },
    forget() {
      one = null
      line.replaceChildren()
      delete line.dataset.told
      empty()
    },
  }
}
