// How one comes in: large while few pictures hang, and after that in a corner.

import { data, el, say, speak } from "./page.js"
import { halves, renewed, square, typed } from "./wall_code.js"

export function joining() {
  const code = el("p", { class: "join-code" })
  const people = el("p", { class: "join-people", role: "status" })
  const drawing = el("div", { class: "join-square" }, square(data().qr, say("qr")))
  const node = el("section", { class: "join", "aria-labelledby": "join-title" },
    drawing,
    el("div", { class: "join-words" },
      el("h2", { id: "join-title" }, say("join_title")),
      el("p", { class: "join-plain" }, say("join_at")), el("p", { class: "join-address" }, typed(data().address)),
      el("p", { class: "join-plain" }, say("join_code")), code, people))
  let known = null

  /** Another code: this wall asks for itself again with it, so that its QR code and what lets it look are new. */
  async function renew(own) {
    try {
      const given = await renewed(`/wall?code=${encodeURIComponent(own)}`)
      if (given && own === known) drawing.replaceChildren(square(given.qr, say("qr")))
    } catch (error) {
      console.error(error) // the code itself is right; the next state asks again
      known = null
    }
  }

  return {
    node,
    update(state) {
      people.textContent = state.people ? speak.count("here", state.people) : ""
      if (state.code === known) return
      code.replaceChildren(halves(state.code))
      known = state.code
      renew(state.code)
    },
  }
}
