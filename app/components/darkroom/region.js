// What is done to a painted region of the latents.

import { el } from "../chain/dom.js"
import { button, cannot, field, iconButton, numeral, renewed, slider } from "./buttons.js"

/** What the hand holds. */
export const brushes = () => ({ on: false, eraser: false, size: 2 })

export function painter(desk, brush) {
  const { speak, bench } = desk
  let now = 0
  const hand = (patch) => {
    if (patch.on && !brush.on) {
      tools.closest("details").open = true
      desk.change({ side: "alter" })
      desk.reveal()
    }
    Object.assign(brush, patch)
    desk.draw()
  }
  brush.set = hand
  brush.bigger = (by) => hand({ size: Math.max(1, Math.min(16, brush.size + by)) })
  const on = button(speak.say("paint"), () => hand({ on: !brush.on }), "small-act paint")
  const eraser = button(speak.say("eraser"), () => hand({ on: true, eraser: !brush.eraser }))
  const clear = button(speak.say("clear"), () => whole("clear"))
  const invert = button(speak.say("invert"), () => whole("invert"))
  const size = slider({ label: speak.say("brush_size"), min: 1, max: 16, step: 1, value: brush.size, tell: (value) => speak.count("cells", value), hear: (value) => hand({ size: value }) })
  const painted = el("p", { class: "note painted", role: "status" })
  const tools = el("div", { class: "row" }, on, eraser, invert, clear)

  function whole(what) {
    bench.remember(null)
    bench.region()[what]()
    desk.draw()
  }

  const texts = () => bench.region().texts()
  const latents = (how, more = {}) => bench.put({ kind: "latents", at: now, how, mask: texts(), ...more })
  const erase = button(speak.say("erase"), () => latents("erase"))
  const factor = slider({ label: speak.say("factor"), min: -2, max: 3, step: 0.05, value: 1.2, tell: (value) => `× ${speak.number(value)}`, hear: () => {} })
  const scale = button(speak.say("scale"), () => latents("scale", { factor: factor.value() }))
  const seed = numeral(1)
  const amount = slider({ label: speak.say("noise_share"), min: 0, max: 1, step: 0.01, value: 1, tell: (value) => speak.percent(value), hear: () => {} })
  const renoise = button(speak.say("renoise"), () => {
    const line = { mask: texts(), seed: Number(seed.value) || 0, amount: amount.value() }
    bench.put(now === 0 ? { kind: "noise", at: 0, ...line } : { kind: "latents", at: now, how: "renoise", ...line })
    seed.value = Number(seed.value) + 1
  })
  const arrow = (name, rows, columns) => iconButton(name, speak.say(`shift_${name}`), () => bench.shift(rows, columns), { kind: "control nudge" })
  const shift = el("div", { class: "pad", role: "group", "aria-label": speak.say("shift") }, arrow("up", -1, 0), arrow("left", 0, -1), el("span", { class: "pad-name" }, speak.say("shift")), arrow("right", 0, 1), arrow("down", 1, 0))
  const acts = el("div", { class: "region-acts" }, el("div", { class: "act-line" }, shift, el("div", { class: "act-column" }, erase, factor.node, scale)),
    el("div", { class: "act-column" }, el("div", { class: "row" }, field(speak.say("seed"), seed)), amount.node, renoise))
  const no = el("div", {})
  const body = el("div", { class: "group-body" }, el("p", { class: "note" }, speak.say("region_help")), tools, size.node, painted, acts)

  return {
    node: el("div", {}, body, no),
    update(at) {
      now = at
      const region = bench.region()
      body.hidden = !region
      renewed(no, [Boolean(region), desk.written], () => (region || !desk.written ? [] : [cannot(speak.say("cannot_region"))]))
      if (!region) return
      on.setAttribute("aria-pressed", `${brush.on}`)
      on.textContent = speak.say(brush.on ? "painting" : "paint")
      eraser.setAttribute("aria-pressed", `${brush.eraser}`)
      size.set(brush.size)
      const count = region.count()
      painted.textContent = count ? speak.say("painted", { cells: speak.count("cells", count), share: speak.percent(count / (region.rows * region.columns)) }) : speak.say("painted_none")
      acts.querySelectorAll("button").forEach((one) => (one.disabled = !count))
      clear.disabled = !count
      renoise.textContent = speak.say(now === 0 ? "other_noise" : "renoise")
    },
  }
}
