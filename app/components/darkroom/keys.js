// The keyboard: every act has a key, and a sheet says which.

import { el } from "../chain/dom.js"
import { button } from "./buttons.js"
import { togglePin } from "./stage.js"

/** Key, label, act; a key is written as the event names it, with its modifiers. */
function shortcuts(desk, { brush, tree, sheet, walk }) {
  return [
    [" ", "k_run", () => desk.main()],
    ["ArrowLeft", "k_back", () => desk.look(desk.cursor - 1)],
    ["ArrowRight", "k_on", () => desk.look(desk.cursor + 1)],
    ["Home", "k_home", () => desk.look(0)],
    ["End", "k_end", () => desk.look(desk.head())],
    [".", "k_one", () => desk.forward()],
    ["b", "k_break", () => desk.place() && desk.toggleBreak(desk.place().key)],
    ["Enter", "k_develop", () => desk.bench.develop()],
    ["Shift+Enter", "k_develop_one", () => desk.bench.develop(true)],
    ["Mod+z", "k_undo", () => desk.bench.undo()],
    ["Mod+Shift+z", "k_redo", () => desk.bench.redo()],
    ["p", "k_paint", () => brush.set({ on: !brush.on })],
    ["e", "k_eraser", () => brush.set({ on: true, eraser: !brush.eraser })],
    ["[", "k_smaller", () => brush.bigger(-1)],
    ["]", "k_bigger", () => brush.bigger(1)],
    ["a", "k_attention", () => attention(desk)],
    ["v", "k_way", () => nextWay(desk)],
    ["c", "k_compare", () => togglePin(desk)],
    ["d", "k_difference", () => desk.change({ compare: desk.compare === "wipe" ? "difference" : "wipe" })],
    ["i", "k_side", () => desk.change({ side: desk.side === "alter" ? "inspect" : "alter" })],
    ["ArrowUp", "k_up", () => tree.move("up")],
    ["ArrowDown", "k_down", () => tree.move("down")],
    ["n", "k_name", () => tree.name()],
    ["Delete", "k_prune", () => tree.prune()],
    ["?", "k_help", () => sheet.toggle()],
    ["w", "k_walk", () => walk.begin()],
    ["Escape", "k_leave", () => leave(desk, brush)],
  ]
}

/** The word looked for most, then the next, then none. */
async function attention(desk) {
  const place = desk.place()
  if (place?.step === undefined) return
  if (desk.light) return desk.change({ light: null })
  const { data } = await desk.step(desk.shot.id, place.step)
  const words = (data.attention ?? []).map((one) => one.word)
  desk.change({ word: words[words.indexOf(desk.word) + 1] ?? null })
}

function nextWay(desk) {
  const ways = ["clean", "latents", "channels", "guidance"]
  desk.change({ way: ways[(ways.indexOf(desk.way) + 1) % ways.length] })
}

function leave(desk, brush) {
  if (brush.on) return brush.set({ on: false })
  desk.change({ other: null, word: null, light: null, notice: null })
}

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]"
const PRESSED = "button, a, summary"
const DIAL = "input[type=range]"

export function keyboard(desk, root, kit) {
  const all = shortcuts(desk, kit)
  const byKey = new Map(all.map(([key, , act]) => [key, act]))

  let pointed = null // the button that the mouse or a finger pressed last: it has the focus, and yet the keys are the page's

  const points = (event) => (pointed = event.composedPath()[0].closest?.(PRESSED))

  function heard(event) {
    const target = event.composedPath()[0]
    if (event.key === "Tab") pointed = null
    if (event.defaultPrevented || event.altKey || !desk.shot || !(target instanceof Element)) return
    if (target.closest?.("dialog") || (!root.contains(target) && target !== document.body && !target.matches("main, section, .stMain, [data-testid]"))) return
    if (target.matches(TYPED)) return
    if (target.matches(DIAL) && /^(Arrow|Home|End|Page)/.test(event.key)) return
    if (target.matches(PRESSED) && target !== pointed && [" ", "Enter"].includes(event.key)) return
    const held = `${event.ctrlKey || event.metaKey ? "Mod+" : ""}${event.shiftKey && event.key.length > 1 || (event.shiftKey && event.ctrlKey) || (event.shiftKey && event.metaKey) ? "Shift+" : ""}`
    const act = byKey.get(held + (event.key.length === 1 ? event.key.toLowerCase() : event.key))
    if (!act) return
    event.preventDefault()
    act()
  }
  document.addEventListener("keydown", heard)
  root.addEventListener("pointerdown", points)
  return {
    all,
    close() {
      document.removeEventListener("keydown", heard)
      root.removeEventListener("pointerdown", points)
    },
  }
}

/** What stands on a key, in the reader's language. */
function cap(key, speak) {
  const names = { " ": speak.say("key_space"), Enter: speak.say("key_enter"), Escape: speak.say("key_escape"), Delete: speak.say("key_delete"), ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓",
    Shift: speak.say("key_shift"), Mod: "Ctrl", Home: speak.say("key_home"), End: speak.say("key_end") }
  return key.split(/\+(?=.)/).map((one) => el("kbd", {}, names[one] ?? one.toUpperCase()))
}

/** The sheet of all keys, a dialog that closes with Escape. */
export function sheet(desk) {
  const { speak } = desk
  const list = el("dl", { class: "key-list" })
  const dialog = el("dialog", { class: "key-sheet", "aria-label": speak.say("shortcuts"), onclick: (event) => event.target === dialog && dialog.close(),
    onkeydown: (event) => event.key === "?" && dialog.close() },
  el("h2", {}, speak.say("shortcuts")), list, button(speak.say("close"), () => dialog.close()))
  return {
    node: dialog,
    fill: (all) => list.replaceChildren(...all.map(([key, label]) => el("div", {}, el("dt", {}, cap(key, speak)), el("dd", {}, speak.say(label))))),
    toggle: () => (dialog.open ? dialog.close() : dialog.showModal()),
  }
}
