// The transport: run, pause, one step, back and forth; and where the run and the eye stand.

import { el } from "../chain/dom.js"
import { iconButton } from "./buttons.js"
import { drawnIcon } from "./icons.js"
import { named } from "./places.js"

export function transport(desk) {
  const { speak } = desk
  const control = (name, label, act, key) => iconButton(name, speak.say(label), act, { key })
  const start = control("start", "to_start", () => desk.look(0), "Home")
  const back = control("back", "step_back", () => desk.look(desk.cursor - 1), "←")
  const main = el("button", { type: "button", class: "main-act", onclick: () => desk.main() })
  const on = control("on", "step_forward", () => desk.look(desk.cursor + 1), "→")
  const end = control("end", "to_head", () => desk.look(desk.head()), "End")
  const one = el("button", { type: "button", class: "small-act one", title: `${speak.say("one_step_help")} (.)`, onclick: () => desk.forward() },
    drawnIcon("step"), el("span", {}, speak.say("one_step")))
  const to = el("select", { class: "to", "aria-label": speak.say("run_to"), onchange: () => {
    const number = Number(to.value)
    to.value = ""
    desk.runTo(number)
  } })
  const eye = el("p", { class: "eye" })
  const head = el("p", { class: "how-far", role: "status" })
  const node = el("div", { class: "transport", role: "group", "aria-label": speak.say("transport"), "data-walk": "transport" },
    el("div", { class: "keys" }, start, back, main, on, end, one, to), el("div", { class: "standing" }, eye, head))

  function state() {
    if (desk.position) return speak.count("waiting", desk.position)
    const { shot } = desk
    const far = desk.head() < 0 ? speak.say("head_nothing") : speak.say("head_at", { place: named(desk.places()[Math.min(desk.head(), desk.places().length - 1)], speak) })
    return `${speak.say(`state_${shot.state}`)} ${far}`
  }

  return {
    node,
    update() {
      const { shot, cursor } = desk
      if (!shot) return
      const running = desk.running()
      const goes = desk.resumable() && cursor >= desk.head()
      const kind = running || desk.playing ? "pause" : goes ? "run" : "play"
      const label = speak.say(running ? "pause" : desk.playing ? "stop_playing" : goes ? (nextBreak(desk) ? "run_to_break" : "run") : "play")
      if (main.dataset.kind !== `${kind}/${label}`) {
        main.dataset.kind = `${kind}/${label}`
        main.replaceChildren(drawnIcon(kind), el("span", {}, label))
        main.title = `${label} (${speak.say("key_space")})`
      }
      main.classList.toggle("acts", running || goes)
      main.disabled = desk.busy
      back.disabled = start.disabled = cursor <= 0
      on.disabled = end.disabled = cursor >= desk.head()
      one.disabled = running || desk.busy || (cursor >= desk.head() && !desk.resumable())
      eye.replaceChildren(el("span", { class: "eye-word" }, speak.say("looking_at")), " ", el("b", {}, desk.place() ? named(desk.place(), speak) : "–"),
        desk.place()?.step !== undefined ? el("span", { class: "computed" }, ` / ${shot.of}`) : "")
      head.textContent = state()
      choices(to, desk)
    },
  }
}

const nextBreak = (desk) => desk.places().some((place, number) => number > desk.head() && desk.breaks.has(place.key))

function choices(select, desk) {
  const all = desk.places()
  const key = `${all.length}/${desk.head()}/${desk.resumable()}`
  if (select.dataset.key === key) return
  select.dataset.key = key
  const beyond = (number) => number > desk.head() && !desk.resumable()
  select.replaceChildren(el("option", { value: "", selected: true, disabled: true }, desk.speak.say("run_to")),
    ...all.map((place, number) => el("option", { value: number, disabled: beyond(number) }, named(place, desk.speak))))
}
