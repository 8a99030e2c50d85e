// What an exposure took: who decided how much, whose the words are, time and multiply-adds and energy by stage.

import { el, mark } from "./dom.js"
import { computed } from "./language.js"

const WHO = ["person", "program", "chance"]
const STAGES = ["enhance", "encode", "noise", "denoise", "decode", "retouch", "previews", "look", "select", "distribute"]

/** The figure, once it is known. `update(run)` draws it. */
export function took(speak) {
  const body = el("div", { class: "content took-body" })
  const node = el("section", { class: "stage took", hidden: true, "aria-labelledby": "took" },
    el("header", {}, el("h2", { id: "took" }, speak.say("meter_title")), el("p", { class: "plain" }, speak.say("meter_plain"))), body)
  let told = null
  return {
    node,
    update({ meter, timings, ledger }) {
      if (meter === told) return
      told = meter
      node.hidden = !meter
      if (meter) body.replaceChildren(...figure(meter, timings ?? {}, ledger, speak))
    },
  }
}

function figure(meter, timings, ledger, speak) {
  const decided = Object.fromEntries(WHO.map((who) => [who, ledger.filter((line) => line.who === who).length]))
  const words = Object.fromEntries(["person", "program"].map((who) => [who, meter.words[who] ?? 0]))
  return [
    el("div", { class: "portioned" }, portions("decisions", decided, speak), portions("words", words, speak)),
    stages(meter, timings, speak),
    el("p", { class: "note" }, meter.gauges.length ? speak.say("meter_energy_note", { gauges: speak.list(meter.gauges) }) : speak.say("meter_no_energy")),
    el("p", { class: "note" }, speak.say("meter_adds_note"), meter.uncounted.length > 0 && [" ", speak.say("meter_uncounted", { parts: speak.list(meter.uncounted) })]),
  ]
}

/** One bar in shares of who; beneath it each with its mark and its count. */
function portions(what, amounts, speak) {
  const shares = Object.entries(amounts)
  return el("figure", { class: "portion-of" }, el("figcaption", {}, speak.say(`meter_${what}`)),
    el("div", { class: "shares", "aria-hidden": "true" }, shares.filter(([, amount]) => amount > 0).map(([who, amount]) => el("span", { class: who, style: { "flex-grow": amount } }, mark(who)))),
    el("ul", { class: "counts" }, shares.map(([who, amount]) => el("li", { class: who }, mark(who), " ", speak.count(`meter_${who}_${what}`, amount)))))
}

/** A row a stage, a column a measure; each column's longest bar is as long as the column. */
function stages({ multiply_adds: adds, joules, gauges }, timings, speak) {
  const measures = [
    { key: "time", of: timings, tell: speak.seconds },
    { key: "adds", of: adds, tell: (value) => new Intl.NumberFormat(speak.lang, { notation: "compact", maximumSignificantDigits: 3 }).format(value) },
    ...(gauges.length ? [{ key: "energy", of: joules, tell: (value) => `${speak.number(value)} J` }] : []),
  ]
  const rows = STAGES.filter((stage) => measures.some((one) => one.of[stage] > 0))
  const all = (one) => Object.values(one.of).reduce((sum, value) => sum + value, 0)
  const cell = (one, stage) => {
    const value = one.of[stage]
    const most = Math.max(...Object.values(one.of), 0)
    return el("td", {}, value > 0 ? [el("span", { class: "bar", style: { "--share": value / most } }), computed(one.tell(value))] : el("span", { class: "note" }, "–"))
  }
  return el("table", { class: "by-stage" },
    el("thead", {}, el("tr", {}, el("td", {}), measures.map((one) => el("th", { scope: "col" }, speak.say(`meter_${one.key}`), el("span", { class: "note" }, speak.say("meter_in_all", { amount: one.tell(all(one)) })))))),
    el("tbody", {}, rows.map((stage) => el("tr", {}, el("th", { scope: "row" }, speak.say(`meter_${stage}`)), measures.map((one) => cell(one, stage))))))
}
