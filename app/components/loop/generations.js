// A model that learns from its own pictures: what each generation draws, and what it can still do.

import { el, svg } from "../chain/dom.js"
import { computed } from "../chain/language.js"
import { button } from "../darkroom/buttons.js"

const [WIDE, HIGH, EDGE] = [200, 84, 6]
const LINES = ["own", "world"]

/** What is measured: how it is read from a generation, its greatest value, how it is written. */
function measures({ speak }, first) {
  const share = (key, read) => ({ key, read, most: 1, tell: speak.percent })
  return [
    share("recall", (one) => one.recall.rate),
    share("adherence", (one) => one.rates.noun.rate),
    { key: "variety", read: (one) => one.variety, tell: speak.number },
    { key: "palette", read: (one) => one.colours, tell: speak.number },
  ].filter(({ read }) => Number.isFinite(read(first)))
}

export function generations(page) {
  const { speak, data: { generations: told } } = page
  if (!told) return null
  const first = told.generations.find((one) => one.generation === 0)
  const courses = Object.fromEntries(LINES.map((line) => [line, [first, ...told.generations.filter((one) => one.line === line && one.generation > 0)]]))
  const rows = el("ol", { class: "generations-rows" })
  const choices = LINES.map((line) => button(speak.say(`line_${line}`), () => show(line)))
  const kinds = measures(page, first)

  function show(line) {
    choices.forEach((one, at) => one.setAttribute("aria-pressed", `${LINES[at] === line}`))
    rows.replaceChildren(...courses[line].map((one) => el("li", {},
      el("span", { class: "generation" }, speak.say("generation", { number: speak.whole(one.generation) })),
      el("img", { src: one.strip, alt: speak.say("generation_drawn", { number: speak.whole(one.generation), line: speak.say(`line_${line}`) }), loading: "lazy" }))))
  }

  show("own")
  return el("section", { class: "generations", "aria-labelledby": "loop-generations" },
    el("h2", { id: "loop-generations" }, speak.say("generations_title")),
    el("p", {}, speak.say("generations_plain", { captions: speak.whole(told.captions), count: speak.whole(courses.own.length - 1), steps: speak.whole(told.steps), batch: speak.whole(told.batch) })),
    el("div", { class: "generations-figures" }, kinds.map((kind) => figure(kind))),
    el("div", { class: "row", role: "group", "aria-label": speak.say("line") }, choices),
    el("div", { class: "generations-slide", tabindex: "0", role: "group", "aria-label": speak.say("generations_title") }, el("div", { class: "generations-strips" }, rows,
      el("ol", { class: "generations-prompts" }, told.prompts.map((prompt) => el("li", {}, prompt))))),
    el("details", {}, el("summary", {}, speak.say("numbers")), numbers()),
    el("p", { class: "note" }, speak.say("generations_how", { steps: speak.whole(told.num_inference_steps), guidance: speak.number(told.guidance_scale), captions: told.captions, learnt: told.steps })))

  function figure({ key, read, most, tell }) {
    const top = most ?? 1.05 * Math.max(...LINES.flatMap((line) => courses[line].map(read)))
    const across = (n) => EDGE + (n * (WIDE - 2 * EDGE)) / Math.max(courses.own.length - 1, 1)
    const up = (value) => HIGH - EDGE - ((HIGH - 2 * EDGE) * value) / top
    const [name, ends] = [speak.say(`generations_${key}`), LINES.map((line) => read(courses[line].at(-1)))]
    const drawing = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": speak.say("both_go", { name, from: tell(read(first)), own: tell(ends[0]), world: tell(ends[1]) }) },
      svg("line", { class: "floor", x1: EDGE, x2: WIDE - EDGE, y1: HIGH - EDGE, y2: HIGH - EDGE }),
      ...LINES.toReversed().flatMap((line) => [
        svg("path", { class: `course ${line}`, fill: "none", d: courses[line].map((one, n) => `${n ? "L" : "M"}${across(n).toFixed(1)} ${up(read(one)).toFixed(1)}`).join("") }),
        ...courses[line].map((one, n) => svg("circle", { class: line, cx: across(n), cy: up(read(one)), r: 2.5 }))]))
    return el("figure", {}, el("figcaption", {}, name, el("span", { class: "unit" }, speak.say(`generations_${key}_unit`, { of: speak.whole(first.recall.n) }))), drawing,
      el("p", { class: "ends" }, el("span", {}, computed(tell(read(first)))), LINES.map((line, at) => el("span", { class: `end ${line}` }, speak.say(`end_${line}`), " ", computed(tell(ends[at]))))))
  }

  function numbers() {
    return el("div", { class: "scrolled", tabindex: "0", role: "group", "aria-label": speak.say("numbers") }, el("table", {},
      el("thead", {}, el("tr", {}, el("td"), kinds.map(({ key }) => el("th", { scope: "col" }, speak.say(`generations_${key}`))))),
      el("tbody", {}, told.generations.map((one) => el("tr", {}, el("th", { scope: "row" }, one.generation ? `${speak.say(`line_${one.line}`)}, ${one.generation}` : speak.say("generation", { number: "0" })),
        kinds.map(({ read, tell }) => el("td", {}, computed(tell(read(one))))))))))
  }
}
