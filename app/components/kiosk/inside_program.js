// Inside the program: every picture that it learnt from, one of them large; where nobody tells of them, its parts, and what each does.

import { el, icon, mark } from "../chain/dom.js"
import { grouped } from "./frames.js"
import { called, learning } from "./frames_program.js"
import { field, learnt, numbered } from "./learnt.js"

const [BEFORE, AFTER] = ["M15 4 7 12l8 8", "M9 4l8 8-8 8"]

export const program = (kit, one, keep, redraw) => (learnt(one) ? pictures(kit, one, keep) : partly(kit, one, keep, redraw))

/** A touch on the field, or a button, shows one picture with the words that it came with. */
function pictures(kit, one, keep) {
  const [count, { data }] = [learnt(one), one.run.first.program]
  const canvas = el("canvas", { class: "field", role: "img", "aria-label": kit.say("all_learnt", { count: grouped(kit, count) }) })
  const seam = el("span", { class: "seam", hidden: true })
  const box = el("div", { class: "field-box" }, el("div", { class: "field-touched", onpointerdown: (event) => to(all.at(event)) }, canvas, seam))
  const all = field(box, canvas, count)
  const large = el("div", { class: "learnt-one" })
  const words = el("p", { class: "lead computed", "aria-live": "polite" })
  const number = el("p", { class: "note" })
  const button = (name, inside, to_) => el("button", { type: "button", class: "way", "data-hold": name, "aria-label": kit.say(name), onclick: () => to(to_()) }, inside)
  const chance = el("button", { type: "button", class: "way", "data-hold": "by_chance", onclick: () => to(drawn(count)) }, mark("chance"), kit.say("one_by_chance"))
  const tools = el("div", { class: "tools" },
    el("div", { class: "learnt" }, large, el("div", { class: "learnt-words" }, words, number)),
    el("div", { class: "learnt-acts" }, button("one_before", icon(BEFORE), () => (keep.n + count - 1) % count), chance, button("one_after", icon(AFTER), () => (keep.n + 1) % count)),
    el("p", { class: "note" }, numbers(kit, data)))
  let closed = false

  async function to(n) {
    keep.n = n
    place()
    number.textContent = kit.say("learnt_number", { number: grouped(kit, n + 1), count: grouped(kit, count) })
    const found = await numbered(n)
    if (closed || keep.n !== n) return
    large.replaceChildren(...(found ? [found.picture] : []))
    words.textContent = found?.said[kit.lang()] ?? ""
  }

  function place() {
    const { left, top, width, height } = all.frame(keep.n)
    for (const [name, value] of [["--across", left], ["--down", top], ["--wide", width], ["--high", height]]) seam.style.setProperty(name, value)
    seam.hidden = false
  }

  to(keep.n ?? drawn(count))
  return {
    ask: kit.say("open_program", { count: grouped(kit, count) }), picture: el("div", { class: "picture-place field-place" }, box), tools,
    settle: () => all.paint().then(() => closed || place()),
    close: () => (closed = true),
  }
}

/** Any of so many, each as likely. */
const drawn = (count) => crypto.getRandomValues(new Uint32Array(1))[0] % count

/** How many numbers each part made of it. */
const numbers = (kit, data) => learning(data).map((part, at) => [at > 0 && " · ", `${called(kit, part)} `, el("span", { class: "computed" }, grouped(kit, part.parameters))])

function partly(kit, one, keep, redraw) {
  const { data } = one.run.first.program
  const all = learning(data)
  const part = all.find(({ name }) => name === keep.part) ?? all[0]
  const choose = (name) => () => {
    keep.part = name
    redraw()
  }
  const picture = el("div", { class: "picture-place" }, el("ul", { class: "parts" }, all.map((each) => el("li", {},
    el("button", { type: "button", class: "part", "data-hold": each.name, "aria-pressed": `${each === part}`, onclick: choose(each.name) },
      el("span", { class: "part-square", style: { "--side": Math.sqrt(each.parameters / all[0].parameters) } }), el("span", {}, called(kit, each)))))))
  return { ask: kit.say("open_parts"), picture, tools: el("div", { class: "tools" }, part && says(kit, part, data.parameters), told(kit, data)) }
}

function says(kit, part, all) {
  return el("div", { class: "said-of", "aria-live": "polite" }, el("p", {}, el("span", { class: "computed number" }, grouped(kit, part.parameters)), " ", el("span", {}, kit.say("learnt_numbers", { share: kit.percent(part.parameters / all) }))),
    kit.has(`part_${part.name}_does`) && el("p", {}, kit.say(`part_${part.name}_does`)))
}

/** What it learnt from, as its maker says it, where that is said. */
function told(kit, { training, model, licence }) {
  const said = typeof training === "string" ? training : (training?.[`summary_${kit.lang()}`] ?? training?.summary)
  return el("div", { class: "said-of" }, el("p", { class: "note" }, said || kit.say("learnt_untold")), el("p", { class: "computed" }, [model, licence].filter(Boolean).join(" · ")))
}
