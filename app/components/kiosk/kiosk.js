// The kiosk: one visitor at a time, one screen at a time. Whatever goes wrong ends at the first screen, never at a sentence of the browser's.

import { alive } from "./alive.js"
import { idle } from "./idle.js"
import { kit as equipped, read } from "./kit.js"
import { overlay, question } from "./overlay.js"
import { reel } from "./reel.js"
import { settings } from "./settings.js"
import { hands } from "./touch.js"
import { screen as attract } from "./attract.js"
import { screen as compose } from "./compose.js"
import { screen as farewell } from "./farewell.js"
import { screen as inside } from "./inside.js"
import { screen as meaning } from "./meaning.js"
import { screen as walk } from "./walk.js"
import { screen as watch } from "./watch.js"
import { screen as closed } from "./closed.js"
import { stillness } from "../chain/dom.js"

const SOFTLY = 400 // ms, from one screen to the next
const LAST = 180_000 // ms that a visitor has when the doors close
const PATIENCE = 12_000 // ms without an answer, after which a visit is given up and the recordings play
const AGAIN = 1000 // ms until the server is asked again
const CALM = 5000 // ms until a page that cannot show even its first screen is loaded again

const data = read()
const root = document.documentElement
const main = document.getElementById("page")
const state = { boot: data.boot, open: true, able: true, recordings: data.recordings }
const shell = { lang: data.languages[0], stopped: false, playing: false, go, begin, end, over, busy: (playing) => (shell.playing = playing) }
const kit = equipped(data, shell)
const reels = new Map() // exposure -> what is known of it; of this visitor only
let at = null
let [closing, giving, freshening] = [null, null, null]

kit.state = state
kit.again = askAgain
kit.reel = (exposure) => {
  if (!reels.has(exposure)) reels.set(exposure, reel(exposure))
  return reels.get(exposure)
}

const screens = Object.fromEntries(Object.entries({ attract, compose, watch, walk, inside, meaning, farewell, closed }).map(([name, screen]) => [name, screen(kit)]))
const bar = settings(kit, { speak, pause, again: askAgain })
const calm = overlay(kit)
const asked = question(kit)
const presence = idle(data.curation, { resting: () => !visiting() || shell.playing || calm.node.open, ask: stillThere, given: () => end("idle") })

const visiting = () => at !== "attract" && at !== "closed" && at !== null

/** To another screen. What it needs to know is `given`. */
function go(name, given = {}) {
  if (name === "attract" && !state.open) name = "closed"
  try {
    if (at) screens[at].leave()
    for (const other of Object.values(screens)) other.node.hidden = true
    shell.playing = false
    at = name
    const { node } = screens[name]
    document.body.dataset.screen = name
    node.hidden = false
    screens[name].enter(given)
    if (!stillness()) node.animate([{ opacity: 0 }, { opacity: 1 }], SOFTLY)
    node.querySelector("h1")?.focus({ preventScroll: true })
    bar.draw({ visiting: visiting() })
    presence.touched()
    tellWhere(name)
  } catch (error) {
    fault(error)
  }
}

/** Where visits lead is counted; nothing else is told of them. */
function tellWhere(screen) {
  const { visit } = kit
  visit.ready?.then(() => visit === kit.visit && kit.post(`/visits/${visit.id}/at`, { screen })).catch(() => {})
}

/** Somebody is there. The first card stands before the server has answered. */
function begin(lang = shell.lang) {
  forget()
  bar.goOn()
  speak(lang)
  const visit = (kit.visit = {})
  visit.ready = entered(visit).then(({ visit: id }) => (visit.id = id))
  visit.ready.catch(() => visit === kit.visit && end("fault"))
  go("compose")
}

/** The server lets them in; where it has no time, it is asked again as long as they are here. */
async function entered(visit) {
  try {
    return await kit.post("/visits", { language: shell.lang })
  } catch (why) {
    if (why.problem !== "gone" || visit !== kit.visit) throw why
    await new Promise((then) => setTimeout(then, AGAIN))
    return entered(visit)
  }
}

/** The visitor is gone, in one way or another: all that was theirs goes too. */
function end(why) {
  const { ready } = kit.visit
  ready?.then((id) => kit.post(`/visits/${id}/end`, { why })).catch(() => {})
  forget()
  go("attract")
  freshen()
}

/** As the next one finds it: it moves, and speaks the first language, in common letters. */
function freshen() {
  bar.forget()
  speak(data.languages[0])
}

/** What a passer-by has set is theirs for a while only. */
function touched() {
  presence.touched()
  clearTimeout(freshening)
  freshening = setTimeout(() => at === "attract" && freshen(), 1000 * data.curation.still_there)
}

/** The server knows a visit no more. */
function over(path) {
  if (!kit.visit.id || !path.startsWith(`/visits/${kit.visit.id}/`)) return
  kit.visit = {}
  end("over")
}

function forget() {
  kit.visit = {}
  for (const one of reels.values()) one.close?.()
  reels.clear()
  for (const one of Object.values(screens)) one.forget?.()
  asked.close()
  presence.settled()
  kit.tell("")
}

function speak(lang) {
  shell.lang = lang
  root.lang = lang
  document.title = kit.say("title")
  bar.draw({ visiting: visiting() })
  asked.draw()
  calm.draw()
  if (at) screens[at].draw()
}

function pause(stopped) {
  shell.stopped = stopped
  screens[at].paused?.(stopped)
}

// ---- Is somebody there? --------------------------------------------------------------------------------

function stillThere(seconds) {
  if (asked.hurries()) return asked.left(seconds)
  asked.open({ title: "still_there", plain: kit.kept("still_plain"), seconds, yes: "still_yes", no: "still_no", chosen: answered("idle") })
}

function askAgain() {
  asked.open({ title: "again_sure", plain: kit.kept("again_plain"), yes: "again_no", no: "again_yes", chosen: answered("again") })
}

/** They stay, or all begins anew. */
const answered = (why) => (stays) => {
  presence.settled()
  if (!stays) end(why)
}

// ---- Is the machine there? -----------------------------------------------------------------------------

alive({
  onState(now) {
    if (now.boot !== data.boot) return alive.reload()
    Object.assign(state, now)
    if (!state.open) shut()
    else clearTimeout(closing)
    if (state.open && at === "closed") go("attract")
    screens.attract.told()
  },
  onGone() {
    screens.attract.told((state.gone = true))
    if (!visiting()) return
    calm.open()
    giving = setTimeout(() => {
      calm.close()
      if (visiting()) end("fault")
    }, PATIENCE)
  },
  onBack() {
    screens.attract.told((state.gone = false))
    clearTimeout(giving)
    calm.close()
    if (visiting()) tellWhere(at)
  },
})

/** The doors close: who is in the middle of it has a few minutes yet. */
function shut() {
  if (!visiting()) return go("closed")
  clearTimeout(closing)
  closing = setTimeout(() => visiting() && end("closed"), LAST)
}

function fault(error) {
  console.error(error)
  if (at === "attract" || at === "closed") setTimeout(alive.reload, CALM)
  else end("fault")
}

hands({ touched, back: () => screens[at].back?.() })
main.append(...Object.values(screens).map(({ node }) => Object.assign(node, { hidden: true })), kit.heard)
main.after(bar.node, asked.node, calm.node)
root.classList.toggle("light", Boolean(data.curation.light))
speak(shell.lang)
go("attract")
