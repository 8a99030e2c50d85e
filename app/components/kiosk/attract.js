// What is seen while nobody is there: recordings play, with what was written about it; and how one begins.

import { el } from "../chain/dom.js"
import { player } from "./player.js"
import { fetched } from "./reel.js"
import { asked, tongue } from "./whose.js"

const STAGES = ["noise", "denoise", "decode"] // what a passer-by is shown of a recording: pictures
const AGAIN = 10_000 // ms until what could not be fetched is fetched again
const STIR = 8000 // ms
const ELSEWHERE = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta"])

export function screen(kit) {
  const show = player(kit)
  const [first, then] = [el("span"), el("span", { class: "then" })]
  const title = el("h1", { tabindex: "-1" }, first, " ", then)
  const plain = el("p", { class: "plain" })
  const earlier = el("p", { class: "earlier" })
  const enter = el("button", { type: "button", class: "act begin", onclick: () => begin() })
  const others = kit.data.languages.map((lang) => el("button", { type: "button", class: "way other", lang, onclick: (event) => begin(event, lang) }, kit.data.labels[lang].begin))
  const calm = el("p", { class: "calm-line", role: "status" })
  const invite = el("div", { class: "invite" }, title, plain, el("div", { class: "acts" }, enter, others), calm)
  const node = el("section", { class: "view attract", onclick: (event) => event.target.closest("button") || begin(event) }, el("div", { class: "playing" }, earlier, el("div", { class: "film" }, show.node)), invite)
  const films = new Map() // recording -> all of it; kept, so that it plays on without a server
  let [here, turn, fetching, timer, film] = [false, -1, false, null, null]

  const able = () => kit.state.able && !kit.state.gone

  /** Any touch enters; while the machine is away nothing can be entered, and that is said. */
  function begin(event, lang) {
    event?.stopPropagation()
    if (able()) kit.begin(lang)
  }

  /** Any key enters, but those that lead elsewhere. */
  function key(event) {
    if (!here || ELSEWHERE.has(event.key) || event.target.closest("button, dialog")) return
    event.preventDefault()
    begin()
  }

  async function fetchFilms() {
    if (fetching) return
    fetching = true
    for (const id of kit.state.recordings.filter((one) => !films.has(one))) {
      const film = await fetched(id)
      if (film) films.set(id, film)
      if (film && here && turn < 0) next()
    }
    for (const id of films.keys()) if (!kit.state.recordings.includes(id)) films.delete(id)
    fetching = false
    clearTimeout(timer)
    if (kit.state.recordings.some((id) => !films.has(id))) timer = setTimeout(fetchFilms, AGAIN)
  }

  function next() {
    const ready = kit.state.recordings.filter((id) => films.has(id))
    if (!here || !ready.length) return
    turn = (turn + 1) % ready.length
    film = films.get(ready[turn])
    tellFilm()
    show.play(film, { auto: true, stages: STAGES })
  }

  /** It is said that it is a recording, and what was asked for. */
  function tellFilm() {
    earlier.replaceChildren(...(film ? [el("span", { class: "note" }, kit.say("recording")), el("span", { class: "person", dir: "auto", lang: tongue(kit, film) }, asked(film))] : []))
  }

  addEventListener("keydown", key)
  show.onend = () => here && setTimeout(next, kit.still() ? STIR : 0)

  function draw() {
    first.textContent = kit.say("invite")
    then.textContent = kit.say("invite_then")
    plain.textContent = kit.say("invite_plain")
    tellFilm()
    enter.textContent = kit.say("begin")
    for (const other of others) other.hidden = other.lang === kit.lang()
    told()
    show.draw()
  }

  /** How it stands with the machine has changed. */
  function told() {
    enter.disabled = !able()
    invite.classList.toggle("away", !able())
    calm.textContent = able() ? "" : kit.say(kit.state.gone ? "away" : "unable")
    fetchFilms()
  }

  return {
    node, draw, told,
    enter() {
      here = true
      draw()
      turn = -1
      next()
    },
    leave() {
      here = false
      show.stop()
    },
    paused: (stopped) => show.pause(stopped),
  }
}
