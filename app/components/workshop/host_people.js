// Who is here, and the line: what is made, and what waits, in the order in which it is served.

import { el, say, speak } from "./page.js"
import { confirmed } from "./host_ask.js"
import { keyed } from "./host_list.js"

/** A section with a heading that can be gone to. */
export function part(name, ...content) {
  return el("section", { class: name, "aria-labelledby": name }, el("h2", { id: name, tabindex: "-1" }, say(name)), content)
}

export function people(act) {
  const list = el("ul", { class: "rows" })
  const none = el("p", { class: "note" }, say("nobody"))
  const fill = keyed(list, person)
  const node = part("people", none, list)

  function person(one) {
    const name = el("span", { class: "who", dir: "auto" })
    const told = el("span", { class: "note" })
    const button = el("button", { type: "button", class: "quiet", onclick: remove }, say("dismiss"))
    async function remove() {
      const asked = { question: say("dismiss_ask", one), plain: say("dismiss_plain", one), yes: say("dismiss") }
      if (await confirmed(asked)) act(`/people/${one.id}/dismiss`)
    }
    return { node: el("li", {}, name, told, button), update(now) {
      one = now
      name.textContent = one.name
      told.textContent = [speak.count("made", one.made), one.waiting && speak.count("waits", one.waiting)].filter(Boolean).join(" · ")
      button.setAttribute("aria-label", say("dismiss_who", one))
    } }
  }

  return { node, update(state) {
    none.hidden = state.people.length > 0
    fill(state.people)
  } }
}

export function line(act) {
  const list = el("ol", { class: "rows" })
  const count = el("p", { class: "note" })
  const fill = keyed(list, place)
  const node = part("line", count, list)

  function place(first) {
    const now = el("strong", { class: "now", hidden: true }, say("running"))
    const name = el("span", { class: "note", dir: "auto" }, first.name)
    const cancel = el("button", { type: "button", class: "quiet", "aria-label": say("cancel_which", first), onclick: () => act(`/pictures/${first.id}/cancel`) }, say("cancel"))
    return { node: el("li", {}, el("div", {}, words(first.prompt), el("p", {}, now, name)), cancel), update(one) {
      now.hidden = one.state !== "running"
    } }
  }

  return { node, update(state) {
    count.textContent = state.in_line ? speak.count("line", state.in_line) : say("line_empty")
    fill(state.line)
  } }
}

/** What a person wrote; or that there is nothing. */
export const words = (prompt) => el("p", { class: prompt ? "words" : "words note", dir: "auto" }, prompt || say("silent"))
