// Many pictures of the words alone, and of as many rewritings: two sheets, and a number for each.

import { el } from "../chain/dom.js"
import { computed } from "../chain/language.js"

const COUNTS = [4, 6, 9, 12]
const UNDERWAY = ["waiting", "running"]
const AGAIN = 1500 // ms between two looks at how far they are

/** `form.asked()` says of what; `update` when that changed. `before` is what `at` said of a page that stood here. */
export function various({ speak, server, data: { lang } }, form, before) {
  const count = el("select", { id: "enhance-count" }, COUNTS.map((n) => el("option", { value: n, selected: n === (before?.count ?? 6) }, `${n}`)))
  const make = el("button", { type: "button", class: "second", onclick: () => begin() }, speak.say("various_make"))
  const stop = el("button", { type: "button", class: "act cancel", hidden: true, onclick: () => server.post("stop", { ids: [...asked.raw, ...asked.enhanced] }).catch(() => {}) }, speak.say("cancel"))
  const note = el("p", { class: "note" }, speak.say("various_none"))
  const status = el("p", { class: "note", role: "status" })
  const sheets = el("div", { class: "sheets" })
  const node = el("div", { class: "various" }, el("p", { class: "plain" }, speak.say("various_plain")),
    el("div", { class: "various-go" }, el("label", { for: count.id }, speak.say("various_count")), count, make, stop), note, status, sheets)
  let asked = { raw: [], enhanced: [] }
  let [timer, closed] = [null, false]

  async function begin() {
    const answer = await server.post("several", { ...form.asked(), count: Number(count.value) }).catch((refusal) => refusal)
    if (closed) return
    if (answer.raw) begun(answer)
    else status.textContent = answer.message || speak.say("lost")
  }

  function begun(answer) {
    asked = answer
    stop.hidden = false
    make.disabled = true
    sheets.replaceChildren(...["raw", "enhanced"].map(sheet))
    look()
  }

  function sheet(side) {
    const list = el("ul", { class: "sheet-pictures" }, asked[side].map((id) => el("li", { "data-exposure": id }, el("a", { href: `/?exposure=${id}&lang=${lang}`, "aria-label": speak.say("to_chain") }))))
    return el("section", { class: `sheet-${side}` }, el("h3", { class: side === "raw" ? "person" : "program" }, speak.say(`picture_${side}`)), el("div", { class: "score" }), list)
  }

  async function look() {
    clearTimeout(timer)
    const of = asked
    const told = await server.read(`/enhance/compared.json?raw=${of.raw}&enhanced=${of.enhanced}`).catch((refusal) => refusal)
    if (closed || of !== asked) return
    if (told.status) return settle(told.message || speak.say("various_failed"), false)
    if (told.states) show(told)
    else status.textContent = speak.say("lost")
    if (!told.states || Object.values(told.states).some((state) => UNDERWAY.includes(state))) timer = setTimeout(look, AGAIN)
  }

  function settle(said, coming) {
    status.textContent = said
    stop.hidden = !coming
    make.disabled = coming || !form.asked()
  }

  function show({ states, texts, found }) {
    const ids = Object.keys(states)
    const waiting = ids.filter((id) => UNDERWAY.includes(states[id]))
    for (const place of sheets.querySelectorAll("[data-exposure]")) {
      const id = place.dataset.exposure
      if (states[id] !== "finished" || place.querySelector("img")) continue
      place.firstChild.append(el("img", { src: `/exposures/${id}/thumbnail.webp`, alt: texts[id] ?? "", loading: "lazy", width: 128, height: 128 }))
      if (texts[id]) place.append(el("p", { class: "computed", dir: "auto" }, texts[id]))
    }
    settle(waiting.length ? speak.say("various_coming", { done: speak.whole(ids.length - waiting.length), all: speak.whole(ids.length) }) : found ? speak.say(`various_${found.by}`, { count: speak.whole(found.count) }) : speak.say("various_failed"), waiting.length > 0)
    for (const side of found ? ["raw", "enhanced"] : []) {
      const score = sheets.querySelector(`.sheet-${side} .score`)
      score.replaceChildren(computed(speak.say("various_score", { value: speak.rounded(found[side]), count: speak.whole(found.count) })), el("span", { class: "bar", style: { "--share": found[side] / found.count } }))
    }
  }

  if (before?.asked.raw.length) begun(before.asked)

  return {
    node,
    at: () => ({ asked, count: Number(count.value) }),
    update() {
      const can = Boolean(form.asked())
      note.hidden = can
      make.disabled = !can || !stop.hidden
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
