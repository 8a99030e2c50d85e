// The bench's controls: what can be altered from the step on that follows the cursor.

import { el } from "../chain/dom.js"
import { cannot, field, renewed, slider } from "./buttons.js"
import { placeBefore, placeOfStep } from "./places.js"
import { painter } from "./region.js"
import { holds } from "./told.js"
import { vectors, weights } from "./wording.js"

export function alter(desk, brush) {
  const { speak } = desk
  const from = el("p", { class: "acts-from" })
  const none = el("div", { class: "none-left", hidden: true })
  const parts = [weights(desk), prompts(desk), guidance(desk), painter(desk, brush), vectors(desk), remaining(desk)]
  const groups = ["weights", "prompt", "guidance", "region", "vector", "steps"].map((name, at) => folded(name, parts[at].node, speak))
  const controls = el("div", { class: "groups" }, groups)
  const node = el("div", { class: "alter-body" }, from, none, controls)

  /** At the end of a run there is nothing left to alter: ways back. */
  function ends() {
    const { of, state } = desk.shot
    if (desk.running() || state === "running") return [el("p", {}, speak.say("alter_wait"))]
    const back = [["back_to_start", placeBefore(0)], ["back_half", placeBefore(Math.floor(of / 2))], ["back_last", placeOfStep(of - 2)]]
    return [el("p", {}, speak.say("alter_end")), el("div", { class: "row" }, back.map(([key, place]) =>
      el("button", { type: "button", class: "small-act", onclick: () => desk.look(Math.max(1, place)) }, speak.say(key))))]
  }

  return {
    node,
    update() {
      const { shot } = desk
      if (!shot) return
      const at = desk.bench.at()
      const idle = at === null || at > shot.taken || desk.head() < 0 // beyond what is computed there is nothing to branch from
      controls.hidden = idle
      none.hidden = !idle
      from.hidden = idle
      if (idle) return renewed(none, [shot.of, shot.state, desk.running()], ends)
      from.replaceChildren(...speak.phrase("acts_from", { step: el("b", { class: "computed" }, `${at + 1}`), of: el("span", { class: "computed" }, `${shot.of}`) }))
      parts.forEach((part) => part.update(at))
    },
  }
}

function folded(name, body, speak) {
  return el("details", { class: `group group-${name}`, open: name === "weights", "data-walk": name === "region" ? "region" : null },
    el("summary", {}, el("span", {}, speak.say(`group_${name}`))), body)
}

/** Other words, and other words against. */
function prompts(desk) {
  const { speak, bench } = desk
  const area = (kind, rows) => el("textarea", { rows, class: "written", dir: "auto", spellcheck: "false", maxlength: 4000, oninput: () => hear(kind) })
  const fields = { prompt: area("prompt", 3), negative_prompt: area("negative_prompt", 2) }
  const no = el("div", {})
  const against = field(speak.say("negative_prompt"), fields.negative_prompt)
  let now = 0

  function hear(kind) {
    const value = fields[kind].value
    bench.set({ kind, at: now, [kind]: value }, value !== holds(desk.shot, now)[kind])
  }

  return {
    node: el("div", { class: "group-body" }, field(speak.say("prompt"), fields.prompt), against, no),
    update(at) {
      now = at
      const held = holds(desk.shot, at)
      for (const [kind, input] of Object.entries(fields)) {
        const value = bench.find({ kind, at })?.[kind] ?? held[kind]
        if (input.value !== value && !input.matches(":focus")) input.value = value
        else if (input.value !== value && !bench.find({ kind, at })) input.value = value
      }
      fields.negative_prompt.disabled = !desk.shot.can.negative_prompt
      renewed(no, desk.shot.can.negative_prompt, () => (desk.shot.can.negative_prompt ? [] : [cannot(speak.say("cannot_negative"))]))
    },
  }
}

function guidance(desk) {
  const { speak, bench } = desk
  let now = 0
  const dial = slider({ label: speak.say("guidance_scale"), min: 0, max: 30, step: 0.1, value: 1, tell: (value) => speak.number(value),
    hear: (value) => bench.set({ kind: "guidance_scale", at: now, guidance_scale: value }, value !== holds(desk.shot, now).guidance_scale) })
  const no = el("div", {})
  return {
    node: el("div", { class: "group-body" }, dial.node, el("p", { class: "note" }, speak.say("guidance_help")), no),
    update(at) {
      now = at
      dial.set(bench.find({ kind: "guidance_scale", at })?.guidance_scale ?? holds(desk.shot, at).guidance_scale ?? 1)
      dial.input.disabled = !desk.shot.can.guidance_scale
      renewed(no, desk.shot.can.guidance_scale, () => (desk.shot.can.guidance_scale ? [] : [cannot(speak.say("cannot_guidance"))]))
    },
  }
}

function remaining(desk) {
  const { speak, bench } = desk
  let now = 0
  const dial = slider({ label: speak.say("remaining"), min: 1, max: 150, step: 1, value: 1, tell: (value) => speak.whole(value),
    hear: (value) => bench.set({ kind: "steps", at: now, remaining: value }, value !== desk.shot.of - now) })
  const no = el("div", {})
  return {
    node: el("div", { class: "group-body" }, dial.node, el("p", { class: "note" }, speak.say("remaining_help")), no),
    update(at) {
      now = at
      dial.set(bench.find({ kind: "steps", at })?.remaining ?? desk.shot.of - at)
      dial.input.disabled = !desk.shot.can.steps
      renewed(no, desk.shot.can.steps, () => (desk.shot.can.steps ? [] : [cannot(speak.say("cannot_steps"))]))
    },
  }
}
