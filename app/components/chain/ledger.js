// Who decided what: a mark a decision, and for each stage a sentence.

import { el, mark } from "./dom.js"

const WHO = ["person", "program", "chance"]

const of = (ledger, who) => ledger.filter((line) => line.who === who)

/** Who decided `what`, if it is known. */
export const decider = (ledger, what) => ledger.find((line) => line.what === what)?.who ?? null

/** The meter: one mark for each decision of this exposure, and how many each took. */
export function meter(speak) {
  const marks = el("p", { class: "meter", "aria-hidden": "true" })
  const counts = el("ul", { class: "counts" })
  const node = el("div", { class: "ledger", hidden: true }, el("p", { class: "note" }, speak.say("decided")), marks, counts)
  let told = null
  return {
    node,
    update({ ledger }) {
      if (ledger === told) return
      told = ledger
      node.hidden = ledger.length === 0
      marks.replaceChildren(...WHO.flatMap((who) => of(ledger, who).map(() => mark(who))))
      counts.replaceChildren(...WHO.map((who) => el("li", { class: who }, speak.count(`decisions_${who}`, of(ledger, who).length))))
    },
  }
}

/** What was decided in one stage, a sentence for each who decided there. */
export function decisions(stage, speak) {
  const node = el("ul", { class: "decisions", hidden: true })
  let told = null
  return {
    node,
    update({ ledger }) {
      if (ledger === told) return
      told = ledger
      const here = ledger.filter((line) => line.stage === stage)
      node.hidden = here.length === 0
      node.replaceChildren(...WHO.filter((who) => of(here, who).length).map((who) => el("li", {}, mark(who), sentence(who, of(here, who), speak))))
    },
  }
}

function sentence(who, lines, speak) {
  const things = lines.map(({ what }) => what.split(" by ")[0]).map((what) => (speak.has(`what_${what}`) ? speak.say(`what_${what}`) : what))
  return el("span", {}, speak.say(`decided_${who}`, { what: speak.list(things) }))
}
