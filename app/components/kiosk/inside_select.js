// Inside the choice: the visitor's picture and three of other noise, what the program's measure says of each; and the visitor keeps one.

import { el, mark } from "../chain/dom.js"
import { paced, screen as plates } from "../chain/screen.js"
import { score, scorer } from "./frames_select.js"
import { others } from "./others.js"
import { guess, lost, picture, rough, steps, whole } from "./reel.js"

const BETWEEN = 450 // ms from one look of a picture to the next

export function select(kit, one, keep, redraw) {
  return one.recorded ? alone(kit, one) : choosing(kit, one, keep, redraw)
}

/** Of a recording there are no others here: what each word adds to its score. */
function alone(kit, one) {
  const said = score(one)
  const most = Math.max(...(said?.words ?? []).map(([, added]) => Math.abs(added)), 1e-9)
  const rows = (said?.words ?? []).map(([word, added]) => el("li", { class: added < 0 ? "against" : "person" }, el("span", { class: "bar-word" }, word), el("span", { class: "computed" }, kit.number(added)), el("span", { class: "measure", style: { "--share": Math.abs(added) / most } })))
  const tools = el("div", { class: "tools" }, said ? [el("p", {}, el("span", { class: "computed number" }, kit.speaker().rounded(said.value)), " ", kit.say("score_is", { by: scorer(kit, said.by) })), el("ol", { class: "shares" }, rows)] : el("p", {}, kit.say("nobody_scores")))
  return { ask: kit.say("open_select_alone"), picture: el("div", { class: "picture-place" }, el("img", { class: "square", src: picture(one), alt: one.run.first.prompt?.data.prompt ?? "" })), tools }
}

function choosing(kit, one, keep, redraw) {
  const { visit } = kit
  const rivals = others(kit, one)
  keep.chosen ??= visit.kept?.exposure ?? null
  const cells = Array.from({ length: rivals.expected }, (_, at) => candidate(kit, at, () => {
    const rival = rivals.all[at]
    if (!rival || !whole(rival) || visit.kept) return
    keep.chosen = rival.exposure
    show()
  }))
  let closed = false
  const said = el("p", { class: "lead", role: "status" })
  const by = el("p", { class: "note" })
  const act = el("button", { type: "button", class: "act", "data-act": "keep", onclick: decided })
  const place = el("div", { class: "picture-place" }, el("ol", { class: "several" }, cells.map((cell) => cell.node)))

  /** Which one the program would keep: the highest score, once there are two to compare. */
  function favourite() {
    const scored = rivals.all.filter((each) => whole(each) && score(each))
    return scored.length > 1 ? scored.reduce((best, each) => (score(each).value > score(best).value ? each : best)) : null
  }

  async function decided() {
    act.disabled = true
    try {
      const { program, ledger } = await kit.post(`/visits/${visit.id}/keep`, { exposure: keep.chosen })
      visit.kept = { exposure: keep.chosen, program, ledger }
      visit.exposure = keep.chosen
    } catch ({ said: why }) {
      keep.refused = why
    }
    if (visit === kit.visit) show()
  }

  function sentence() {
    const { kept } = visit
    const made = rivals.all.filter(whole).length
    if (keep.refused && !kept) return keep.refused[kit.lang()] ?? kit.say("not_now")
    if (kept) return kit.say(!kept.program ? "kept_yours" : kept.program === kept.exposure ? "kept_same" : "kept_other")
    if (rivals.stalled) return kit.say("others_stalled")
    if (made < rivals.expected && !rivals.all.some(lost)) return kit.say("others_come", { made, of: rivals.expected })
    return kit.say(favourite() ? "others_there" : "others_unscored")
  }

  function show() {
    if (closed) return
    const best = favourite()
    const highest = Math.max(...rivals.all.map((each) => score(each)?.value ?? 0), 1e-9)
    cells.forEach((cell, at) => cell.show(rivals.all[at], { chosen: keep.chosen, kept: visit.kept, best: best?.exposure, highest }))
    const [now, told] = [sentence(), rivals.all.map(score).find(Boolean)]
    if (said.textContent !== now) said.textContent = now
    kit.busy((!rivals.stalled && rivals.all.length < rivals.expected) || rivals.all.some((each) => !whole(each) && !lost(each)))
    by.textContent = told ? kit.say("scores_are", { by: scorer(kit, told.by) }) : ""
    act.disabled = !keep.chosen || Boolean(visit.kept)
    act.textContent = kit.say(visit.kept ? "kept_done" : "keep_this")
  }

  const stop = rivals.on(paced(show, BETWEEN))
  const close = () => {
    closed = true
    stop()
    kit.busy(false)
  }
  show()
  return { ask: kit.say("open_select"), picture: place, tools: el("div", { class: "tools" }, said, by), acts: [act], pause: show, close }
}

/** One of the four: its picture as it comes, its score, who would keep it. */
function candidate(kit, at, choose) {
  const plate = plates()
  const [value, bar] = [el("span", { class: "computed number" }), el("span", { class: "measure" })]
  const who = el("span", { class: "keepers" })
  const button = el("button", { type: "button", class: "candidate", "data-hold": `candidate-${at}`, onclick: choose }, plate.node, who, el("span", { class: "candidate-score" }, value, bar))
  let before = null
  return {
    node: el("li", {}, button),
    show(one, { chosen, kept, best, highest }) {
      const last = one && steps(one).at(-1)
      const source = one && (whole(one) ? picture(one) : last && !kit.stopped() && guess(last))
      if (source && source !== before) plate.show((before = source), { raw: !whole(one) && rough(last), alt: "" })
      const said = one && score(one)
      value.textContent = said ? kit.speaker().rounded(said.value) : ""
      bar.style.setProperty("--share", said ? Math.max(0, said.value / highest) : 0)
      const mine = one && one.exposure === (kept?.exposure ?? chosen)
      const its = one && one.exposure === (kept ? kept.program : best)
      who.replaceChildren(...[mine && el("span", { class: "person" }, mark("person"), kit.say("you_keep")), its && el("span", { class: "program" }, mark("program"), kit.say("it_keeps"))].filter(Boolean))
      button.setAttribute("aria-pressed", `${Boolean(mine)}`)
      button.disabled = !one || !whole(one)
      button.setAttribute("aria-label", [kit.say(at ? "candidate" : "candidate_own", { number: at + 1 }), said && kit.speaker().rounded(said.value), mine && kit.say("you_keep"), its && kit.say("it_keeps"), one && !whole(one) && !lost(one) && kit.say("being_made")].filter(Boolean).join(", "))
    },
  }
}
