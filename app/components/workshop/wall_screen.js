// The screen that the wall stands on: its controls, which hide with the pointer; its keys; full screen; and no sleep.

import { el, languages, lights, say } from "./page.js"

const IDLE = 3000 // ms without a hand on the mouse

/** `acts`: go(by), all(), pause(). */
export function controls(acts) {
  const button = (label, act) => el("button", { type: "button", onclick: act }, label)
  const stop = button(say("stop"), acts.pause)
  const full = button(say("full"), toggle)
  const node = el("nav", { class: "controls", "aria-label": say("controls") },
    button(say("before"), () => acts.go(-1)), stop, button(say("after"), () => acts.go(1)), button(say("all"), acts.all),
    document.fullscreenEnabled && full, lights(say("light")), languages())
  document.addEventListener("fullscreenchange", () => (full.textContent = say(document.fullscreenElement ? "not_full" : "full")))
  idling()
  wakeful()
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = { ArrowRight: () => acts.go(1), ArrowLeft: () => acts.go(-1), " ": acts.pause, Home: acts.all, f: toggle }[event.key]
    if (!act || (event.key === " " && event.target.closest("button"))) return
    event.preventDefault()
    act()
  })
  return { node, update: (stopped) => (stop.textContent = say(stopped ? "go_on" : "stop")) }
}

function toggle() {
  const asked = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()
  asked.catch(() => {}) // the browser does not want to
}

function idling() {
  const root = document.documentElement
  let timer = null
  const awake = () => {
    root.classList.remove("idle")
    clearTimeout(timer)
    timer = setTimeout(() => root.classList.add("idle"), IDLE)
  }
  addEventListener("pointermove", awake)
  addEventListener("pointerdown", awake)
  awake()
}

/** The screen stays on, where the browser can see to that: only at an address that it holds for safe. */
function wakeful() {
  const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {})
  document.addEventListener("visibilitychange", ask)
  ask()
}
