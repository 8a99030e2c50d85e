// The foot of a participant's page: to take all home, and to leave.

import { el, post, say } from "./page.js"
import { forget } from "./memory.js"

export function foot() {
  const home = el("a", { class: "act second", href: "/mine.zip", download: true, hidden: true }, say("take_home"))
  const ask = el("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => open(sure.hidden) }, say("leave"))
  const said = el("p", { class: "refused", role: "alert", hidden: true })
  const stay = el("button", { type: "button", class: "quiet", onclick: () => open(false) }, say("leave_stay"))
  const sure = el("div", { class: "sure", hidden: true }, el("p", { class: "warning" }, say("leave_sure")), said,
    el("div", { class: "acts" }, el("button", { type: "button", class: "act second", onclick: leave }, say("leave_do")), stay))
  const node = el("footer", { class: "foot" }, el("div", { class: "acts" }, home, ask), sure)

  function open(wide) {
    sure.hidden = !wide
    ask.setAttribute("aria-expanded", `${wide}`)
    if (wide) stay.focus()
    else ask.focus()
  }

  async function leave() {
    const { ok, status, json, lost } = await post("/leave")
    if (ok || status === 401) {
      forget()
      return location.replace("/")
    }
    said.hidden = false
    said.textContent = lost ? say("no_answer") : (json.said ?? say("problem_none"))
  }

  return { node, update: (state) => (home.hidden = state.made === 0) }
}
