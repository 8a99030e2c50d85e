// The steps in one row, each with what was chosen in it and who chose; and the cards that each step offers.

import { el, mark, unseen } from "../chain/dom.js"
import { PARTS, STEPS, held } from "./compose_state.js"
import { roving } from "./roving.js"

const PHRASES = new Set(["setting", "wall", "light", "process", "place"])
const SHELVES = { colour: "colours", size: "sizes", count: "counts", setting: "settings", wall: "walls", light: "lights", process: "processes", place: "places" }

const set = ({ id, text }) => ({ id, text: text.replaceAll("'", "’") })

/** The words of a part in the present language, as they are set: `[{id, text}]`; of nouns one kind's, or all. */
export function shelf(kit, part, kind = null) {
  const words = kit.words()
  if (part === "noun" || part === "other") return (kind ? words.nouns[kind] : Object.values(words.nouns).flat()).map(set)
  return (words[SHELVES[part]] ?? []).map(set)
}

/** What a part's choice is called on its card. */
export const called = (kit, part, id) => shelf(kit, part).find((one) => one.id === id)?.text ?? ""

/** Who decides in a step, as it stands: a person, chance, or else the program. */
export function decides(step, chosen, drawn) {
  const all = step.parts.filter((part) => held(chosen, part) !== null)
  if (!all.length) return "program"
  return all.every((part) => drawn.has(part)) ? "chance" : "person"
}

/** A light only where there is a sky. */
export function offered(kit, step, chosen) {
  if (step.id === "what") return true
  if (!chosen.nouns.length) return false
  if (step.id !== "light") return true
  const setting = kit.words().settings.find(({ id }) => id === chosen.setting)
  return !chosen.wall && setting?.sky !== false
}

/** What the cards of a part look like. */
export const look = (part) => (PHRASES.has(part) ? "phrase" : "word")

/** The row. `to(step)` when one is touched. */
export function row(kit, to) {
  const node = el("ol", { class: "steps" })
  const nav = el("nav", {}, node)
  const rove = roving(node)

  function button(step, { chosen, drawn, now }) {
    const who = decides(step, chosen, drawn)
    const value = step.parts.filter((part) => part !== "place").map((part) => called(kit, part, held(chosen, part))).filter(Boolean).join(" ")
    return el("li", {}, el("button", { type: "button", class: `step by-${who}`, "aria-current": step.id === now ? "step" : null, disabled: !offered(kit, step, chosen), onclick: () => to(step) },
      el("span", { class: "name" }, mark(who), kit.say(`step_${step.id}`)), el("span", { class: "value" }, value || "\u00a0"), unseen(`, ${kit.say(`by_${who}`)}`)))
  }

  return {
    node: nav,
    show(state) {
      nav.setAttribute("aria-label", kit.say("steps"))
      const focused = node.contains(document.activeElement)
      node.replaceChildren(...STEPS.map((step) => button(step, state)))
      rove.settle()
      if (focused) node.querySelector("[aria-current]")?.focus({ preventScroll: true })
    },
  }
}

/** Every choice of chance, as the cards call it. */
export const drawnWords = (kit, chosen, drawn) => PARTS.filter((part) => drawn.has(part) && held(chosen, part) !== null).map((part) => called(kit, part, held(chosen, part)))
