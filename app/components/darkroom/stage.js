// The stage: the picture at the cursor, large, with what is laid over it, and another one beside it.

import { el, stillness } from "../chain/dom.js"
import { voiced } from "../chain/language.js"
import { button } from "./buttons.js"
import { easel } from "./paint.js"
import { WAYS, difference, pictureAt, veil } from "./pictures.js"
import { named, places } from "./places.js"

export function stage(desk, brush) {
  const { speak } = desk
  const picture = el("img", { class: "front", alt: "" })
  const [light, apart] = ["veil", "apart"].map((name) => el("canvas", { class: name, hidden: true }))
  const second = el("img", { class: "second", alt: "", hidden: true })
  const seam = el("input", { type: "range", min: 0, max: 100, step: 0.5, value: 50, class: "seam", hidden: true, "aria-label": speak.say("seam"),
    oninput: () => cut() })
  const words = el("div", { class: "read", hidden: true })
  const painting = easel(desk, brush)
  const names = ["a", "b"].map((name) => el("span", { class: `corner ${name}`, hidden: true }))
  const screen = el("div", { class: "glass" }, picture, second, apart, light, painting.node, words, names, seam)
  const caption = el("p", { class: "told", "aria-live": "polite" })
  const ways = el("div", { class: "ways", role: "group", "aria-label": speak.say("ways") }, WAYS.map((way) =>
    el("button", { type: "button", class: "way", "data-way": way, onclick: () => desk.change({ way }) }, speak.say(`way_${way}`))))
  const versus = comparing(desk)
  const node = el("section", { class: "stage-part", "aria-label": speak.say("stage"), "data-walk": "stage" },
    screen, el("div", { class: "under" }, ways, versus.node), caption)
  desk.reveal = () => requestAnimationFrame(() => screen.scrollIntoView({ block: "nearest", behavior: stillness() ? "auto" : "smooth" }))
  const truly = new Map() // what was decoded truly: id/step -> its address
  let turn = 0
  let seenKey = ""

  function cut() {
    screen.style.setProperty("--cut", seam.value / 100)
  }
  cut()

  /** Fetch and show what the desk looks at; an older answer never overtakes a newer one. */
  async function show() {
    const { shot, way, other, compare } = desk
    const place = desk.place()
    const mine = ++turn
    const kept = desk.head() >= 0 ? await pictureAt(desk, shot.id, place, way).catch(() => null) : null
    const beside = other && kept ? await pictureAt(desk, other.id, placeOf(other), way).catch(() => null) : null
    if (mine !== turn) return
    picture.hidden = !kept
    screen.classList.toggle("void", !kept)
    if (kept) put(picture, kept, place)
    tell(kept, place)
    if (kept && way === "clean" && place.step !== undefined) await rough(shot.id, place, mine)
    if (mine !== turn) return
    second.hidden = !beside || compare !== "wipe"
    seam.hidden = second.hidden
    apart.hidden = !beside || compare !== "difference"
    names.forEach((one, at) => {
      one.hidden = !beside || compare !== "wipe"
      one.textContent = at ? `B · ${other?.name ?? ""}` : `A · ${named(place, speak)}`
    })
    if (!second.hidden) put(second, beside, placeOf(other))
    if (!apart.hidden) {
      const told = await difference(apart, kept.src, beside.src).catch(() => null)
      if (mine === turn && told) caption.replaceChildren(speak.say("difference_told", { mean: speak.number(told.mean), times: told.gain }))
    }
  }

  const placeOf = (other) => places(other.of ?? 0).find((one) => one.key === other.key) ?? { key: other.key, step: other.step }

  /** Where the step's picture is a preview only: say so, and offer the decoder's own. */
  async function rough(id, place, mine) {
    const { data = {} } = await desk.step(id, place.step).catch(() => ({}))
    if (mine !== turn || !speak.has(`preview_${data.preview}`)) return
    const name = `${id}/${place.step}`
    const show = () => put(picture, { src: truly.get(name), raw: false }, place)
    if (truly.has(name)) return show()
    const ask = button(speak.say("decode_truly"), () => desk.trying(async () => {
      const { pictures } = await desk.shelf.take(`/darkroom/${id}/looks/decoded/${place.step}.json`)
      truly.set(name, pictures.decoded)
      seenKey = ""
      desk.draw()
    }, "stage"), "small-act")
    ask.disabled = desk.running()
    caption.append(" ", speak.say(`preview_${data.preview}`), " ", ask)
  }

  function put(image, { src, raw, wide }, place) {
    if (image.getAttribute("src") !== src) image.src = src
    image.classList.remove("missing")
    image.classList.toggle("raw", raw)
    image.classList.toggle("wide", Boolean(wide))
    image.alt = speak.say("picture_alt", { place: named(place, speak), prompt: desk.shot.prompt })
  }

  picture.addEventListener("error", async () => { // nothing kept of this step: its event has a small one
    const place = desk.place()
    picture.classList.add("missing")
    if (place?.step === undefined || !picture.getAttribute("src")?.startsWith("/")) return
    const event = await desk.step(desk.shot.id, place.step).catch(() => null)
    const small = event?.pictures.denoised ?? event?.pictures.thumbnail
    if (small && place.key === desk.place()?.key) put(picture, { src: small, raw: !event.pictures.denoised }, place)
  })

  function tell(kept, place) {
    if (!place) return caption.replaceChildren()
    caption.replaceChildren(kept ? speak.say(kept.told, { step: (kept.step ?? 0) + 1 }) : speak.say(place.key === "words" ? "sees_words" : "sees_nothing"))
  }

  /** The word's attention, or another map that was asked for, over the picture. */
  async function shine() {
    const mine = turn
    const place = desk.place()
    let map = desk.light
    if (!map && desk.word !== null && place?.step !== undefined) {
      const event = await desk.step(desk.shot.id, place.step).catch(() => null)
      const looked = event?.data.attention?.find((one) => one.word === desk.word)
      if (looked && event.pictures[`attention/${desk.word}`])
        map = { src: event.pictures[`attention/${desk.word}`], caption: speak.say("attention_told", { word: looked.text, share: speak.percent(looked.share) }) }
    }
    if (map) await veil(light, map.src).catch(() => (map = null))
    if (mine !== turn) return
    light.hidden = !map || desk.way === "channels" || desk.way === "guidance" // a map over maps could not be read
    if (!light.hidden) caption.append(" ", map.caption, " ", button(speak.say("veil_off"), () => desk.change({ word: null, light: null }), "small-act veil-off"))
  }

  function read() {
    const place = desk.place()
    words.hidden = !desk.shot || (place && place.key !== "words" && desk.head() >= 0)
    if (words.hidden) return
    const { prompt, negative_prompt: against, encodings = [] } = desk.shot
    const known = encodings.find((one) => one.branch !== "uncond")?.words
    words.replaceChildren(el("p", { class: "gesture", dir: "auto" }, known?.length
      ? known.flatMap((word) => [el("span", { class: word.known === false ? "unknown-word" : null }, word.text), " "]) : voiced("person", prompt || speak.say("no_word"))),
      against ? el("p", { class: "against", dir: "auto" }, speak.say("not_this", { words: against })) : "")
  }

  return {
    node,
    update() {
      const { shot } = desk
      if (!shot) return
      screen.style.setProperty("--ratio", shot.width / shot.height || 1)
      ways.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", `${one.dataset.way === desk.way}`))
      const place = desk.place()
      const key = JSON.stringify([shot.id, desk.written, shot.taken, shot.state, place?.key, desk.way, desk.other, desk.compare, desk.word, desk.light?.src])
      painting.update()
      versus.update()
      if (key === seenKey) return
      seenKey = key
      read()
      show().then(shine)
    },
  }
}

/** B: pinned from the cursor or chosen in the tree; a wipe or a difference. */
function comparing(desk) {
  const { speak } = desk
  const pin = el("button", { type: "button", class: "small-act", onclick: () => togglePin(desk) })
  const kinds = ["wipe", "difference"].map((kind) => el("button", { type: "button", class: "way", onclick: () => desk.change({ compare: kind }) }, speak.say(`compare_${kind}`)))
  const group = el("div", { class: "ways", role: "group", "aria-label": speak.say("compare"), hidden: true }, kinds)
  return {
    node: el("div", { class: "versus", "data-walk": "compare" }, group, pin),
    update() {
      const { other } = desk
      pin.textContent = other ? speak.say("unpin") : speak.say("pin")
      pin.setAttribute("aria-pressed", `${Boolean(other)}`)
      pin.title = speak.say("pin_help")
      group.hidden = !other
      kinds.forEach((one, at) => one.setAttribute("aria-pressed", `${desk.compare === ["wipe", "difference"][at]}`))
    },
  }
}

/** Keep what is looked at now as B, or let go of it. */
export function togglePin(desk) {
  if (desk.other) return desk.change({ other: null })
  const place = desk.place()
  if (place) pinned(desk, desk.shot, place)
}

export function pinned(desk, { id, of, name, parent, branch_step: step }, place) {
  const called = name || (parent ? desk.speak.say("leaves_at", { step: step + 1 }) : desk.speak.say("trunk"))
  desk.change({ other: { id, of, key: place.key, step: place.step, name: `${called} · ${named(place, desk.speak)}` } })
  desk.reveal()
}
