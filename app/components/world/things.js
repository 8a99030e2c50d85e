// Every noun there is, in one mosaic: to be searched, filtered, walked through with the arrow keys, and opened.

import { el } from "../chain/dom.js"
import { detail } from "./detail.js"
import { index, look } from "./search.js"

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }
const SHOWN = 8 // known attributes that are named below the field

/** A pictogram, cut out of the atlas. */
export function pictogram(place, { columns, nouns }, edition) {
  const rows = Math.ceil(nouns.length / columns)
  const [column, row] = [place % columns, Math.floor(place / columns)]
  return el("span", { class: "pictogram", "aria-hidden": "true", style: {
    "background-image": `url(/world/atlas.webp?edition=${edition})`, "background-size": `${100 * columns}% ${100 * rows}%`,
    "background-position": `${(100 * column) / (columns - 1)}% ${(100 * row) / (rows - 1)}%` } })
}

/** `asking`: the field and what it finds; `browsing`: the kinds, the mosaic, and what was chosen, laid open. */
export function things(kit) {
  const { world, speak, data } = kit
  const known = index(world)
  const buttons = world.nouns.map((noun, place) => el("button", { type: "button", class: "thing", "data-noun": noun.id, tabindex: "-1", title: noun.name[speak.lang], "aria-label": noun.name[speak.lang], onclick: () => open(place) }, pictogram(place, world, data.edition)))
  const mosaic = el("div", { class: "mosaic", role: "group", "aria-label": speak.say("pictograms"), onkeydown: walk }, buttons)
  const [field, status, kinds] = [search(kit, refresh), el("div", { class: "status", role: "status" }), filter(kit, refresh)]
  const opened = detail(kit, () => buttons[at].focus())
  let at = 0

  function refresh() {
    const found = look(known, field.input.value)
    const shown = (noun) => (!found.nouns || found.nouns.has(noun.id)) && (!kinds.value() || noun.kind === kinds.value())
    world.nouns.forEach((noun, place) => (buttons[place].hidden = !shown(noun)))
    const count = buttons.filter((button) => !button.hidden).length
    status.replaceChildren(...tell(found, count, kit))
    rest(buttons[at].hidden ? buttons.findIndex((button) => !button.hidden) : at)
  }

  /** Only one pictogram is a stop for the tab key. */
  function rest(place) {
    buttons[at].tabIndex = -1
    at = Math.max(0, place)
    buttons[at].tabIndex = 0
  }

  function walk(event) {
    const visible = buttons.filter((button) => !button.hidden)
    const here = visible.indexOf(event.target)
    const columns = visible.filter((button) => button.offsetTop === visible[0].offsetTop).length
    const step = STEPS[event.key] ?? { ArrowUp: -columns, ArrowDown: columns }[event.key]
    if (step === undefined || here < 0) return
    event.preventDefault()
    const next = here + step
    if (Number.isFinite(next) && (next < 0 || next >= visible.length)) return
    rest(buttons.indexOf(visible[Math.max(0, Math.min(visible.length - 1, next))]))
    buttons[at].focus()
  }

  function open(place) {
    rest(place)
    buttons.forEach((button, one) => (one === place ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")))
    opened.show(place, buttons[place].offsetLeft - mosaic.offsetLeft > mosaic.offsetWidth / 2)
  }

  refresh()
  return {
    asking: el("div", { class: "asking" }, field.node, status),
    browsing: [kinds.node, el("div", { class: "browse" }, mosaic, opened.node)],
  }
}

/** The field, and a few words to try: one that is known and some that are not. */
function search({ speak }, refresh) {
  const input = el("input", { type: "search", id: "program-search", autocomplete: "off", spellcheck: "false", enterkeyhint: "search", placeholder: speak.say("search_example"), oninput: refresh })
  const put = (word) => () => {
    input.value = word
    refresh()
    input.focus()
  }
  const words = ["try_inside", "try_outside_1", "try_outside_2", "try_outside_3"].map((key) => speak.say(key))
  const node = el("div", { class: "search" }, el("label", { for: "program-search" }, speak.say("search")), input,
    el("p", { class: "tries" }, speak.say("try"), " ", words.map((word) => el("button", { type: "button", class: "try", onclick: put(word) }, word))))
  return { node, input }
}

/** The kinds of things, one of which may be chosen. */
function filter({ world, speak }, refresh) {
  const kinds = [...new Set(world.nouns.map((noun) => noun.kind))]
  let value = ""
  const button = (kind, label, count) => el("button", { type: "button", class: "kind", "data-kind": kind, "aria-pressed": `${kind === value}`, onclick: () => choose(kind) }, label, " ", el("span", { class: "computed" }, speak.whole(count)))
  const buttons = [button("", speak.say("all_kinds"), world.nouns.length),
    ...kinds.map((kind) => button(kind, speak.say(`kind_${kind}`), world.nouns.filter((noun) => noun.kind === kind).length))]
  function choose(kind) {
    value = kind
    buttons.forEach((one) => one.setAttribute("aria-pressed", `${one.dataset.kind === kind}`))
    refresh()
  }
  return { node: el("div", { class: "kinds" }, buttons), value: () => value }
}

/** What was found, in words: how many things, which attributes, and what is not in the program. */
function tell(found, count, { speak, world }) {
  const also = found.values.slice(0, SHOWN).map(({ kind, value }) => `${value.forms[speak.lang][0]} (${speak.say(`group_${kind}`).toLowerCase()})`)
  const quoted = found.outside.map((word) => (speak.lang === "fr" ? `«\u00a0${word}\u00a0»` : `“${word}”`))
  return [
    found.outside.length > 0 && el("p", { class: "outside-words" }, speak.say("outside", { words: speak.list(quoted) })),
    (count > 0 || !found.outside.length) && el("p", { class: "found" }, speak.count("found", count, { all: speak.whole(world.nouns.length) })),
    also.length > 0 && el("p", { class: "found" }, speak.say("found_also", { words: speak.list(also) })),
  ].filter(Boolean)
}
