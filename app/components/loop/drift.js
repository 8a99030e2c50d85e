// How far it drifts: small lines, one above the other, over the columns of the strip.

import { el, mark, svg } from "../chain/dom.js"
import { computed } from "../chain/language.js"

const HIGH = 56 // px of a line's room
const ROUND = { shared: 1 } // where the top of the scale is not the greatest value

const scorer = (page) => {
  const by = page.loop.rounds.at(-1)?.by ?? "thumbnails"
  const { speak } = page
  return speak.has(`by_${by}`) ? speak.say(`by_${by}`) : speak.say("by_other", { name: by })
}

/** What is measured: a name, a unit, how a value is written. */
function measures(page) {
  const { speak, loop } = page
  const distance = (value) => speak.rounded(value)
  const words = loop.rounds.at(-1)?.by === "thumbnails" ? speak.say("by_words") : scorer(page)
  const all = [
    { key: "from_first", unit: scorer(page), tell: distance, scale: "distance" },
    { key: "from_last", unit: scorer(page), tell: distance, scale: "distance" },
    { key: "words_from_first", unit: words, tell: distance, scale: "words" },
    { key: "shared", unit: speak.say("shared_unit"), tell: speak.percent },
    { key: "vocabulary", unit: speak.say("vocabulary_unit"), tell: speak.whole },
    { key: "colours", unit: speak.say("colours_unit"), tell: speak.number },
  ]
  if (!page.apart.length) return all
  const between = [{ key: "pictures", unit: speak.say("by_thumbnails"), tell: distance }, { key: "words", unit: speak.say("by_words"), tell: distance }]
  return [...all, ...between.map((one) => ({ ...one, name: speak.say(`apart_${one.key}`), between: true }))]
}

/** All the lines. `show(columns)` draws them anew; `futures` are [{loop, who, from}], the first by itself. */
export function drift(page) {
  const { speak } = page
  const node = el("div", { class: "drift", role: "group", "aria-label": speak.say("drift") })
  const drawn = new Map()

  function line(measure) {
    const name = measure.name ?? speak.say(measure.key)
    const value = el("span", { class: "value" })
    const top = el("span", { class: "top" })
    const drawing = svg("svg", { class: "measure-line", height: HIGH, preserveAspectRatio: "none", role: "img" })
    const figure = el("figure", { class: "measure" },
      el("figcaption", {}, el("span", { class: "measure-name" }, name), " ", el("span", { class: "unit" }, measure.unit), value), el("div", { class: "measure-plot" }, el("div", { class: "axis", "aria-hidden": "true" }, top, el("span", { class: "bottom" }, "0")), drawing))
    node.append(figure)
    return { figure, name, value, top, drawing }
  }

  return {
    node,
    show(futures, columns) {
      const all = measures(page)
      const keys = all.map(({ key, unit }) => `${key} ${unit}`)
      for (const [key, made] of drawn) if (!keys.includes(key)) {
        made.figure.remove()
        drawn.delete(key)
      }
      const values = new Map(all.map((measure) => [measure, measure.between ? [{ who: "paper", points: page.apart.map((one) => [one.number, one[measure.key]]) }]
        : futures.map(({ loop, who, from }) => ({ who, points: loop.rounds.slice(from).map((round) => [round.number, round[measure.key]]) }))]))
      const greatest = (lines) => Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0)), 1e-9)
      all.forEach((measure, at) => {
        if (!drawn.has(keys[at])) drawn.set(keys[at], line(measure))
        const made = drawn.get(keys[at])
        const alike = all.filter((other) => other === measure || (measure.scale && other.scale === measure.scale))
        const most = ROUND[measure.key] ?? Math.max(...alike.map((other) => greatest(values.get(other))))
        draw(made, values.get(measure), most, measure, columns)
        tell(made, values.get(measure), measure)
      })
    },
  }

  function draw(made, lines, most, measure, { wide, count }) {
    const across = wide * count
    made.top.textContent = measure.tell(most)
    made.drawing.setAttribute("viewBox", `0 0 ${across} ${HIGH}`)
    made.drawing.setAttribute("width", across)
    const at = ([number, value]) => [(number + 0.5) * wide, HIGH - 3 - ((HIGH - 6) * value) / most]
    made.drawing.replaceChildren(...lines.flatMap(({ who, points }) => {
      const known = points.filter(([, value]) => Number.isFinite(value)).map(at)
      const path = svg("path", { class: `drawn ${who}`, d: known.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""), fill: "none" })
      return [path, ...(wide >= 24 || known.length === 1 ? known.map(([x, y]) => svg("circle", { class: who, cx: x, cy: y, r: 2.5 })) : [])]
    }))
    const [first, last] = [lines[0].points.find(([, value]) => Number.isFinite(value)), lines[0].points.findLast(([, value]) => Number.isFinite(value))]
    made.drawing.setAttribute("aria-label", first ? speak.say("goes", { name: made.name, from: measure.tell(first[1]), to: measure.tell(last[1]) }) : made.name)
  }

  /** The value in the round that is looked at, of each future. */
  function tell(made, lines, measure) {
    const number = page.chosen?.number
    const here = lines.map(({ who, points }) => [who, points.find(([at]) => at === number)?.[1]]).filter(([, value]) => value !== undefined)
    made.value.replaceChildren(...here.map(([who, value]) => el("span", { class: `of-future ${who}` }, here.length > 1 && mark(who), value === null ? el("span", { class: "note" }, speak.say("no_value")) : computed(measure.tell(value)))))
  }
}
