// How one comes in: large while few pictures hang, and after that in a corner.

import { data, el, say, speak } from "./page.js"
import { halves, renewed, square, typed } from "./wall_code.js"

export function joining() {
  const code = el("p", { class: "join-code" })
  const people = el("p", { class: "join-people", role: "status" })
  const address = el("p", { class: "join-address" }, typed(data().address))
  const drawing = el("div", { class: "join-square" }, square(data().qr, say("qr")))
  const node = el("section", { class: "join", "aria-labelledby": "join-title" },
    drawing,
    el("div", { class: "join-words" },
      el("h2", { id: "join-title" }, say("join_title")),
      el("p", { class: "join-plain" }, say("join_at")), address,
      el("p", { class: "join-plain" }, say("join_code")), code, people))
  let known = null // the code and the address that are shown

  /** Another one: this wall asks for itself again with the code, so that its QR code and what lets it look are new. */
  async function renew(code, own) {
    try {
      const given = await renewed(`/wall?code=${encodeURIComponent(code)}`)
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
      const own = `${state.code} ${state.address}`
      if (own === known) return
      code.replaceChildren(halves(state.code))
      address.textContent = typed(state.address)
      known = own
      renew(state.code, own)
    },
  }
}
