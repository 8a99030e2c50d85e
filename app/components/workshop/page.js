// What all pages of a workshop share: the data they were given, how they ask, how they listen, their switches.

import { el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { remembered, remember } from "./memory.js"

export { el, mark, stillness, unseen } from "../chain/dom.js"
export { listening as stream } from "./listening.js"

const LIGHT = "light" // in this browser's memory: "on" for a bright room
const PATIENCE = 20_000 // ms until an answer is given up: where Wi-Fi went, none comes, and no error either
const [ANEW, SELDOM] = [3000, 10] // ms until a picture that did not come is asked for again; at most so many times that
const YEAR = 31_536_000

let told = null

/** What the server gave this page. */
export function data() {
  told ??= JSON.parse(document.getElementById("data").textContent)
  return told
}

/** How to speak in the reader's language: `speak.say`, `speak.count`, `speak.seconds`… as the chain does. */
export const speak = speaker(data())

/** A label, with its `{names}` filled in. */
export const say = speak.say

/**
 * Tell the server something. Resolves, always, to `{ok, status, json}`; `json.said` is what to show of a refusal.
 * Where no answer came, `lost` is true and `status` 0: whether it was heard is not known.
 */
export async function post(url, body = {}) {
  const asked = new AbortController()
  const patience = setTimeout(() => asked.abort(), PATIENCE)
  try {
    const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: asked.signal })
    const json = await answer.json().catch(() => ({}))
    return { ok: answer.ok, status: answer.status, json, lost: false }
  } catch {
    return { ok: false, status: 0, json: {}, lost: true }
  } finally {
    clearTimeout(patience)
  }
}

/** A picture that did not come is asked for again, ever more seldom, as long as it is on the page. */
export function lasting(image) {
  let tries = 0
  image.addEventListener("load", () => (tries = 0))
  image.addEventListener("error", () => setTimeout(() => image.isConnected && (image.src = image.src), ANEW * Math.min((tries += 1), SELDOM)))
  return image
}

/** FR and EN. Who has written something that only the page knows keeps it with `before`. */
export function languages(before = () => {}) {
  const choice = (lang, name) =>
    el("button", { type: "button", lang, "aria-label": name, "aria-pressed": `${data().lang === lang}`, onclick: () => {
      before()
      spoken(lang)
      const url = new URL(location.href)
      url.searchParams.set("lang", lang)
      location.replace(url)
    } }, lang.toUpperCase())
  return el("div", { class: "switch", role: "group", "aria-label": "Langue, language" }, choice("fr", "Français"), choice("en", "English"))
}

/** What is asked for from now on is answered in that language, too. */
function spoken(lang) {
  document.cookie = `lang=${lang}; path=/; max-age=${YEAR}; samesite=lax`
}

/** The light of the room: dark, unless somebody chose otherwise in this browser. `label` names it: "Light". */
export function lights(label) {
  const lamp = el("button", { type: "button", "aria-pressed": `${remembered(LIGHT) === "on"}`, onclick: () => {
    remember(LIGHT, remembered(LIGHT) === "on" ? "" : "on")
    lamp.setAttribute("aria-pressed", `${lit()}`)
  } }, label)
  return el("div", { class: "switch" }, lamp)
}

function lit() {
  const on = remembered(LIGHT) === "on"
  document.documentElement.classList.toggle("light", on)
  return on
}

spoken(data().lang)
lit()
