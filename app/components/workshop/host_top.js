// The top of the host's page: how one joins, how many have, and what the room is set to.

import { data, el, languages, lights, say, speak, unseen } from "./page.js"
import { confirmed, shown } from "./host_ask.js"
import { halves, renewed, square, typed } from "./wall_code.js"

export function top(act) {
  let [known, drawing, heard] = [null, data().qr, null]
  const picture = el("span", { class: "square" })
  const code = el("p", { class: "join-code" })
  const address = el("p", { class: "address" })
  const people = el("p", { class: "people-count", role: "status" })
  const figures = el("p", { class: "note" })
  const pause = el("button", { type: "button", class: "act pause", onclick: () => act("/room", { paused: !heard.paused }) })
  const told = el("p", { class: "paused-told", role: "status" })
  const still = toggle("still")
  const approve = toggle("approve")

  const node = el("header", { class: "top" },
    el("div", { class: "heads" }, el("h1", {}, say("title"), " ", el("span", { class: "computed" }, data().name)), lights(say("light")), languages()),
    data().alone && el("div", { class: "warning alone" }, el("p", {}, el("strong", {}, say("alone")), " ", speak.phrase("alone_plain", { option: el("code", { class: "computed" }, "--bind 0.0.0.0") }))),
    el("section", { class: "way-in", "aria-label": say("way_in") },
      el("button", { type: "button", class: "larger", "aria-label": say("larger"), onclick: large }, picture),
      el("div", {}, code, address),
      el("div", { class: "way-acts" },
        el("a", { class: "act", href: "/wall", target: "_blank", rel: "noopener" }, say("open_wall"), unseen(say("new_window"))),
        el("button", { type: "button", class: "quiet", onclick: large }, say("larger")),
        el("button", { type: "button", class: "quiet", onclick: draw }, say("new_code")))),
    el("section", { class: "room", "aria-label": say("room") }, el("div", { class: "counts" }, people, figures, pause), el("div", { class: "switches" }, still.node, approve.node), told))

  function toggle(name) {
    const on = el("span", { class: "state" })
    const button = el("button", { type: "button", role: "switch", class: "setting", onclick: () => act("/room", { [name]: !heard[name] }) },
      el("span", { class: "knob", "aria-hidden": "true" }), on, el("span", { class: "setting-name" }, say(name)))
    return { node: button, update() {
      button.setAttribute("aria-checked", `${heard[name]}`)
      on.textContent = say(heard[name] ? "on" : "off")
    } }
  }

  function large() {
    shown(say("way_in"), square(drawing, say("qr")), el("div", {}, el("p", { class: "address" }, typed(heard.address)), el("p", { class: "join-code" }, halves(heard.code))))
  }

  async function draw() {
    if (await confirmed({ question: say("new_code_ask"), plain: say("new_code_plain"), yes: say("yes_code") })) act("/room/code")
  }

  /** The QR code says the code, too: of another one it is fetched anew. */
  async function renew() {
    try {
      drawing = (await renewed("/host"))?.qr ?? drawing
    } catch (error) {
      console.error(error)
      known = null
    }
    picture.replaceChildren(square(drawing, say("qr")))
  }

  return {
    node,
    update(state) {
      heard = state
      if (`${state.code} ${state.address}` !== known) {
        known = `${state.code} ${state.address}`
        code.replaceChildren(halves(state.code))
        address.textContent = typed(state.address)
        renew()
      }
      const here = state.people.length ? speak.count("here", state.people.length) : say("nobody")
      if (people.textContent !== here) people.textContent = here
      figures.textContent = [speak.count("made", state.finished), state.pace && say("pace", { seconds: speak.seconds(state.pace) })].filter(Boolean).join(" · ")
      pause.textContent = say(state.paused ? "go_on" : "pause")
      pause.classList.toggle("second", !state.paused)
      const text = state.paused ? say("paused") : ""
      if (told.textContent !== text) told.textContent = text
      still.update()
      approve.update()
    },
  }
}
