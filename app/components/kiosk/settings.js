// The bar at the foot, on every screen: the language, larger text, more contrast, a pause, and to begin again.

import { el, icon } from "../chain/dom.js"

const ICONS = {
  contrast: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  pause: "M8 5v14M16 5v14",
  go_on: "M8 5l11 7-11 7z",
  again: "M5 9a8 8 0 1 1-1 5M5 3v6h6",
}
const NAMES = { fr: "Français", en: "English" }

/** `speak(lang)`, `pause(stopped)` and `again()` do what was touched. */
export function settings(kit, { speak, pause, again }) {
  const root = document.documentElement
  const tongues = kit.data.languages.map((lang) => el("button", { type: "button", lang, onclick: () => speak(lang) }, NAMES[lang]))
  const languages = el("div", { class: "tongues", role: "group", "aria-label": "Langue, language" }, tongues)
  const word = { text: el("span"), contrast: el("span"), pause: el("span"), again: el("span") }
  const sign = el("span", { class: "sign" }, icon(ICONS.pause))
  const text = el("button", { type: "button", onclick: () => press(text, "large") }, el("span", { class: "letters", "aria-hidden": "true" }, el("span", {}, "A"), "A"), word.text)
  const contrast = el("button", { type: "button", onclick: () => press(contrast, "contrast") }, icon(ICONS.contrast), word.contrast)
  const stop = el("button", { type: "button", onclick: () => hold(!stopped) }, sign, word.pause)
  const over = el("button", { type: "button", class: "over", onclick: again }, icon(ICONS.again), word.again)
  const node = el("nav", { class: "settings" }, kit.data.languages.length > 1 && languages, el("div", { class: "switches" }, text, contrast, stop), over)
  let stopped = false

  function press(button, name) {
    const on = root.classList.toggle(name)
    button.setAttribute("aria-pressed", `${on}`)
    dispatchEvent(new Event("resize")) // lists count anew what fits
  }

  function hold(now) {
    stopped = now
    drawStop()
    pause(now)
  }

  function drawStop() {
    sign.replaceChildren(icon(ICONS[stopped ? "go_on" : "pause"]))
    word.pause.textContent = kit.say(stopped ? "go_on" : "pause")
  }

  return {
    node,
    draw({ visiting }) {
      node.setAttribute("aria-label", kit.say("settings"))
      for (const one of tongues) one.setAttribute("aria-pressed", `${one.lang === kit.lang()}`)
      text.setAttribute("aria-label", kit.say("text_larger"))
      word.text.textContent = kit.say("text_size")
      word.contrast.textContent = kit.say("contrast")
      word.again.textContent = kit.say("again")
      drawStop()
      over.hidden = !visiting
    },
    /** What stood still moves. */
    goOn: () => stopped && hold(false),
    /** As the next one finds it. */
    forget() {
      if (stopped) hold(false)
      for (const [button, name] of [[text, "large"], [contrast, "contrast"]]) {
        root.classList.remove(name)
        button.setAttribute("aria-pressed", "false")
      }
    },
  }
}
