// The pictures that are over, newest first: what hangs, what waits for the host's word, what failed and why.

import { el, lasting, say, speak } from "./page.js"
import { keyed } from "./host_list.js"
import { part, words } from "./host_people.js"

export function pictures(act) {
  const list = el("ul", { class: "plates" })
  const none = el("p", { class: "note" })
  const heard = el("p", { class: "unseen", "aria-live": "polite" })
  const ways = ["all", "pending"].map((name) => el("button", { type: "button", onclick: () => choose(name) }))
  const filter = el("div", { class: "switch filter", role: "group", "aria-label": say("pictures"), hidden: true }, ways)
  const fill = keyed(list, (one) => plate(one, act))
  const node = part("pictures", filter, none, list, heard)
  let [only, state, pending] = ["all", null, []]

  function choose(name) {
    only = name
    draw()
  }

  function draw() {
    const some = only === "pending" ? pending : state.over
    const counts = { all: state.ended, pending: pending.length }
    Object.keys(counts).forEach((name, place) => {
      ways[place].textContent = `${say(name)} (${speak.whole(counts[name])})`
      ways[place].setAttribute("aria-pressed", `${only === name}`)
    })
    none.hidden = some.length > 0
    none.textContent = say(only === "pending" ? "pending_none" : "pictures_none")
    fill(some)
  }

  return { node, update(now) {
    const before = pending.length
    state = now
    pending = now.over.filter((one) => one.state === "finished" && one.wall === "pending")
    if (pending.length > before) heard.textContent = speak.count("pending", pending.length)
    filter.hidden = !now.approve && !pending.length
    if (filter.hidden) only = "all"
    draw()
  } }
}

function plate(first, act) {
  let one = first
  const made = first.state === "finished"
  const hang = (body) => act(`/pictures/${first.id}/hang`, body)
  const standing = el("span", { class: "standing" })
  const answer = el("p", { class: "note", hidden: true })
  const button = (name, body, style = "quiet") => el("button", { type: "button", class: style, "aria-label": say(`${name}_which`, first), onclick: () => hang(body) }, say(name))
  const up = button("hang", { wall: "shown" }, "act")
  const down = button("hide", { wall: "hidden" })
  const not = button("refuse", { wall: "hidden" })
  const pin = el("button", { type: "button", class: "quiet", "aria-label": say("pin_which", first), onclick: () => hang({ pinned: !one.pinned }) }, say("pin"))
  const picture = made && el("a", { class: "thumb", href: `/pictures/${first.id}/picture.png`, target: "_blank", rel: "noopener" },
    lasting(el("img", { src: `/pictures/${first.id}/thumbnail.webp`, alt: first.prompt || say("silent"), loading: "lazy" })))
  const why = first.problem && (speak.has(`problem_${first.problem}`) ? say(`problem_${first.problem}`) : say("problem_Other"))
  const node = el("li", { class: made ? "made" : "not-made" }, picture, el("div", { class: "about" },
    words(first.prompt), el("p", { class: "by" }, el("span", { dir: "auto" }, first.name), " · ", standing), why && el("p", { class: "why" }, why),
    first.guess && el("p", { class: "note" }, say("predicted"), " ", el("q", { class: "person", dir: "auto" }, first.guess)), answer,
    made && el("div", { class: "acts" }, up, not, down, pin)))
  return { node, update(now) {
    one = now
    const { wall } = one
    node.dataset.wall = made ? wall : ""
    standing.textContent = say(made ? `wall_${wall}` : `state_${one.state}`)
    answer.hidden = !one.answer
    answer.replaceChildren(say("answered"), " ", el("q", { class: "person", dir: "auto" }, one.answer))
    up.hidden = wall === "shown" || wall === "withdrawn" // what its maker took down is its maker's
    up.classList.toggle("second", wall !== "pending")
    not.hidden = wall !== "pending"
    down.hidden = wall !== "shown"
    pin.hidden = wall !== "shown"
    pin.setAttribute("aria-pressed", `${one.pinned}`)
  } }
}
