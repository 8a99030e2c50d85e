// What is taken home, and the end, after which nothing of it is left.

import { el, say } from "./page.js"
import { confirmed } from "./host_ask.js"
import { part } from "./host_people.js"

export function home(act, ended) {
  async function end() {
    const asked = { question: say("end_ask"), plain: say("end_plain"), yes: say("end_all"), word: say("end_word") }
    if (await confirmed(asked) && await act("/room/end")) ended()
  }
  return { node: part("home",
    el("ul", {}, [["/workshop.zip", "zip"], ["/workshop.pdf", "pdf"]].map(([href, key]) => el("li", {}, el("a", { class: "quiet", href, download: true }, say(key))))),
    el("button", { type: "button", class: "act second", onclick: end }, say("end_all"))), update() {} }
}
