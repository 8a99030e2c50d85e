// A term of the field, its definition one touch away.

import { el } from "./dom.js"

/** A button with the term, and the card it opens: touch elsewhere, or Escape, closes it. */
export function term(definition) {
  const card = el("div", { class: "definition", popover: "auto" },
    el("strong", {}, definition.plain), el("span", { class: "field-term" }, definition.term), el("p", {}, definition.definition))
  const button = el("button", { class: "term", type: "button" }, definition.term)
  button.popoverTargetElement = card
  card.addEventListener("beforetoggle", () => card.classList.remove("placed"))
  card.addEventListener("toggle", (event) => event.newState === "open" && place(card, button))
  return [button, card]
}

/** Below the button, or above it where there is no room; never outside the window. */
function place(card, button) {
  const at = button.getBoundingClientRect()
  const own = card.getBoundingClientRect()
  const below = at.bottom + 8
  const fits = below + own.height < innerHeight - 12
  card.style.left = `${Math.max(12, Math.min(at.left, innerWidth - own.width - 12))}px`
  card.style.top = `${fits ? below : Math.max(12, at.top - own.height - 8)}px`
  card.classList.add("placed")
}

/** `(id, words)` gives the plain words with the field's term beside them, where its definition is known. */
export function lexicon(stages) {
  const known = new Map(stages.flatMap((stage) => stage.definitions ?? []).map((one) => [one.id, one]))
  return (id, words) => (known.has(id) ? [words, " ", ...term(known.get(id))] : [words])
}
