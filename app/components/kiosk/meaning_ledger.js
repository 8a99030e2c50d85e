// The ledger: what the visitor decided, what the program decided, what chance decided; as counts and in words.

import { el, mark } from "../chain/dom.js"
import { passage, turn } from "./passage.js"

const WHO = ["person", "program", "chance"]
const MOST = 8 // decisions that are named of each

/** All decisions of this picture; as the server wrote them anew when one was kept of several. */
function decisions(kit, one) {
  return (!one.recorded && kit.visit.kept?.ledger) || one.run.ledger
}

export function ledger(kit, one) {
  const all = decisions(kit, one)
  const own = all.filter(({ who }) => who === "person").length
  const column = (who) => {
    const lines = all.filter((line) => line.who === who)
    const words = [...new Set(lines.map(({ what }) => phrase(kit, what)))]
    return el("li", { class: who }, el("h2", {}, mark(who), kit.say(one.recorded && who === "person" ? "ledger_somebody" : `ledger_${who}`)), el("p", { class: "ledger-count" }, kit.speaker().whole(lines.length)),
      el("ul", {}, words.slice(0, MOST).map((word) => el("li", {}, word)), words.length > MOST && el("li", { class: "note" }, kit.count("ledger_more", words.length - MOST))))
  }
  return [
    el("p", { class: "ours" }, kit.count(one.recorded ? "ledger_theirs" : "ledger_yours", own, { all: kit.speaker().whole(all.length) })),
    el("ol", { class: "ledger-words", style: { "--most": all.length } }, WHO.map(column)),
    passage(kit, "loop", turn(kit.visit)),
    el("div", { class: "ledger-bar", "aria-hidden": "true" }, WHO.map((who) => el("span", { class: who, style: { "flex-grow": all.filter((line) => line.who === who).length } }))),
  ]
}

const phrase = (kit, what) => {
  const [key] = what.split(" by ")
  return kit.has(`what_${key}`) ? kit.say(`what_${key}`) : key.replaceAll("_", " ")
}
