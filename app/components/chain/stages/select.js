// One of several is kept: which candidate this was, how it was scored, who kept which.

import { el, mark } from "../dom.js"
import { computed } from "../language.js"

export default function select({ data, exposure }, { speak, selectUrl }) {
  const { candidates, batch, index, scores, kept } = data
  const sheet = batch ? `${selectUrl}&batch=${batch}` : selectUrl
  return [
    el("p", { class: batch ? "" : "still" }, batch ? speak.say("candidate_of", { number: index + 1, of: candidates }) : speak.say("still_select")),
    scores.map((score) => scored(score, speak)),
    batch && el("ul", { class: "decisions" }, kept.length ? kept.map((line) => el("li", {}, mark(line.who), choice(line, exposure, speak))) : el("li", {}, speak.say("kept_none"))),
    selectUrl && el("p", {}, el("a", { class: "quiet", href: sheet }, speak.say(batch ? "to_sheet" : "make_several"))),
  ]
}

/** A line of the ledger: who kept this one, or another. */
function choice({ who, what, value }, exposure, speak) {
  const by = what.includes(" by ") ? what.slice(what.indexOf(" by ") + 4) : ""
  const key = `kept_${who}_${value === exposure ? "this" : "other"}`
  const other = el("a", { href: `/?exposure=${value}&lang=${speak.lang}` }, speak.say("another_one"))
  return el("span", {}, speak.phrase(key, { by: scorer(by, speak), other }))
}

/** Who gives a score, in words; a scorer of this machine has the name of its folder. */
export const scorer = (by, speak) => (speak.has(`score_${by}`) ? speak.say(`score_${by}`) : by)

/** A score: its value, and why: what each word adds to it, or which questions the picture answers. */
export function scored({ by, value, words, answers }, speak) {
  const most = Math.max(...words.map(([, added]) => Math.abs(added)), 1e-9)
  const bar = ([word, added]) => el("li", { class: added < 0 ? "against" : null }, el("span", { class: "bar-label person", dir: "auto" }, word),
    el("span", { class: "bar-value" }, computed(speak.number(added))), el("span", { class: "bar", style: { "--share": Math.abs(added) / most } }))
  const asked = Object.entries(answers ?? {})
  return el("div", { class: "scored" },
    el("p", { class: "score" }, el("span", {}, scorer(by, speak)), " ", computed(speak.number(value))),
    speak.has(`score_${by}_plain`) && el("p", { class: "note" }, speak.say(`score_${by}_plain`)),
    words.length > 0 && [el("p", { class: "note" }, speak.say("words_add")), el("ul", { class: "bars narrow" }, words.map(bar))],
    asked.length > 0 && el("ul", { class: "answers" }, asked.map(([question, right]) =>
      el("li", { class: right ? "answered" : "answered amiss" }, speak.say(`question_${question}`), " ", el("strong", {}, speak.say(right ? "right" : "wrong"))))))
}
