// The sentence: huge, and it grows. What a person chose is yellow; what chance drew is green, with its mark.

import { el, mark } from "../chain/dom.js"
import { marked } from "./compose_marks.js"

const SIZES = [4.1, 3.5, 3, 2.6, 2.2, 1.9, 1.6, 1.35] // rem; the largest that fits
const SOFTLY = 350 // ms

/** `changed(text)` hears what is written. */
export function line(kit, { changed, done }) {
  const words = el("p", { class: "sentence person", dir: "auto", hidden: true })
  const field = el("textarea", { class: "sentence person", dir: "auto", maxlength: 400, inputmode: "none", spellcheck: "false", autocomplete: "off", autocapitalize: "off", hidden: true,
    oninput: () => {
      fit(field)
      changed(field.value.replaceAll("’", "'"))
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return
      event.preventDefault()
      event.stopPropagation()
      done()
    } })
  const node = el("div", { class: "line" }, words, field)
  let before = []

  /** The largest letters with which all of it is seen. */
  function fit(shown) {
    if (shown.hidden || !node.clientHeight) return
    const fits = (size) => {
      shown.style.fontSize = `${size}rem`
      return shown.scrollHeight <= node.clientHeight && shown.scrollWidth <= node.clientWidth
    }
    SIZES.some(fits)
  }

  const spoken = ({ text, chance }, at, all) => {
    const fresh = !before.includes(text)
    const word = el("span", { class: chance ? "word chance" : "word" }, chance && !all[at - 1]?.chance && mark("chance"), text)
    if (fresh && !kit.still()) word.animate([{ opacity: 0 }, { opacity: 1 }], SOFTLY)
    return [word, " "]
  }

  addEventListener("resize", () => [words, field].forEach(fit))

  return {
    node, field,
    writing: () => !field.hidden,
    /** A sentence, and the words of the cards that chance drew. */
    show(text, drawn) {
      field.hidden = true
      words.hidden = !text
      words.lang = kit.lang()
      const all = marked(text.replaceAll("'", "’"), drawn)
      words.replaceChildren(...all.flatMap(spoken))
      before = all.map((one) => one.text)
      fit(words)
    },
    /** The same place, to write in. */
    write(text) {
      words.hidden = true
      field.hidden = false
      field.value = text.replaceAll("'", "’")
      fit(field)
      field.focus({ preventScroll: true })
      field.setSelectionRange(text.length, text.length)
    },
    /** Written to the end. */
    leave() {
      field.hidden = true
      field.value = ""
    },
    draw: () => field.setAttribute("aria-label", kit.say("sentence")),
  }
}
