// One picture of one's own: its place in the line, each step while it is made, and what can be done with it.

import { screen } from "../chain/screen.js"
import { el, lasting, post, say, speak } from "./page.js"

const ENDED = { failed: "failed", interrupted: "interrupted", cancelled: "cancelled" }

export function picture(page) {
  const plate = screen()
  const [back, front] = plate.node.querySelectorAll("img")
  const frame = el("button", { type: "button", class: "frame", hidden: true, onclick: () => page.open(ticket) }, plate.node)
  const number = el("p", { class: "note", hidden: true })
  const line = el("p", { class: "line" })
  const detail = el("p", { class: "note", hidden: true })
  const bar = el("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, hidden: true }, el("span"))
  const facts = el("p", { class: "computed", hidden: true })
  const hangs = el("p", { class: "hangs note", hidden: true })
  const acts = el("div", { class: "acts" })
  const said = el("p", { class: "refused", role: "alert", hidden: true })
  const node = el("li", { class: "plate" }, number, frame, bar, el("div", { class: "told" }, line, detail, facts), acts, hangs, said)
  let [ticket, told, last] = [null, "", null] // the ticket, how it was told, the last step

  for (const image of [back, front]) {
    lasting(image).loading = "lazy"
    image.addEventListener("load", () => plate.node.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight))
  }

  const quiet = (label, act) => el("button", { type: "button", class: "quiet", onclick: act }, say(label))

  /** Ask for something; what is refused is said here. */
  async function tell(what, body) {
    const { ok, json, lost } = await post(`/pictures/${ticket.id}/${what}`, body)
    said.hidden = ok
    said.textContent = ok ? "" : lost ? say("no_answer") : (json.said ?? say("problem_none"))
  }

  const cancel = () => el("button", { type: "button", class: "act second", onclick: () => tell("cancel", {}) }, say("cancel"))
  const inside = () => el("button", { type: "button", class: "act second", onclick: () => page.open(ticket) }, say("look_inside"))
  const hang = () => (ticket.wall === "withdrawn" ? quiet("put_back", () => tell("hang", { wall: "shown" })) : ticket.wall !== "hidden" && quiet(ticket.wall === "pending" ? "keep_off" : "take_down", () => tell("hang", { wall: "withdrawn" })))

  const ways = {
    waiting: () => [cancel()],
    running: () => [inside(), cancel()],
    finished: () => [inside(), el("a", { class: "quiet save", href: `/pictures/${ticket.id}/picture.png`, download: `${ticket.id}.png` }, say("save"))],
    failed: () => [inside()],
  }

  function sentence() {
    const { state, position } = ticket
    if (state === "waiting") return place(position)
    if (state === "running") return last ? say("step_of", { step: last.step, of: last.of ?? "…" }) : say("beginning")
    if (state === "cancelled" && last) return say("stopped")
    return ENDED[state] ? say(ENDED[state]) : ""
  }

  /** What is said beneath: how long it may take, or what went wrong. */
  function beneath() {
    const { state, again, problem, seconds } = ticket
    if (state === "waiting") return [again && say("again_waits"), seconds !== null && say("about", { time: time(seconds) }), seconds === null && !again && say("unmeasured")].filter(Boolean).join(" ")
    if (state === "running") return again ? say("again") : ""
    return problem && speak.has(`problem_${problem}`) ? say(`problem_${problem}`) : ""
  }

  function numbers(secret) {
    const { seed, steps, guidance, enhanced, took, state } = ticket
    const set = [steps !== null && speak.count("steps", steps), guidance !== null && say("guidance", { guidance: speak.number(guidance) }), enhanced && say("rewritten")]
    const all = [seed !== null && say("seed", { seed }), ...(secret ? [] : set), state === "finished" && took && say("took", { time: time(took) })]
    return all.filter(Boolean).flatMap((one) => [el("span", {}, one), " "])
  }

  function drawn() {
    const live = ticket.state === "running"
    node.classList.toggle("in-line", ticket.state === "waiting")
    const finished = ticket.state === "finished"
    line.textContent = sentence()
    line.hidden = !line.textContent
    detail.textContent = beneath()
    detail.hidden = !detail.textContent
    bar.hidden = !live
    frame.hidden = !(live || finished || (last && ticket.state !== "waiting"))
    frame.disabled = !(live || finished)
    frame.setAttribute("aria-label", say(finished ? "picture_of" : "step_alt", { prompt: ticket.prompt || say("no_words") }))
    hangs.hidden = !finished
    hangs.replaceChildren(say(`wall_${ticket.wall}`), " ", hang() || "")
    acts.replaceChildren(...(ways[ticket.state]?.() ?? []))
    if (live && !last) progress(0, 1)
    if (finished) plate.show(`/pictures/${ticket.id}/thumbnail.webp`, { alt: "" })
  }

  function progress(step, of) {
    bar.setAttribute("aria-valuemax", of)
    bar.setAttribute("aria-valuenow", step)
    bar.setAttribute("aria-label", say("step_of", { step, of }))
    bar.firstChild.style.setProperty("--share", step / of)
  }

  return {
    node,
    update(one, { number: at, of, secret }) {
      const before = ticket?.state
      if (one.state === "waiting") last = null // begun again, it begins at the first step
      ticket = one
      number.hidden = of < 2
      number.textContent = say("numbered", { number: at, of })
      facts.replaceChildren(...numbers(secret))
      facts.hidden = !facts.textContent
      if (told !== JSON.stringify(one)) drawn()
      told = JSON.stringify(one)
      if (before && before !== one.state) announce(one)
    },
    step(now) {
      if (ticket?.state !== "running" && ticket?.state !== "waiting") return
      last = now
      plate.show(now.picture, { alt: "" })
      frame.hidden = false
      line.textContent = say("step_of", { step: now.step, of: now.of ?? "…" })
      if (now.of) progress(now.step, now.of)
    },
  }

  function announce({ state, prompt }) {
    const key = { running: "being_made", finished: "is_made" }[state]
    const words = prompt || say("no_words")
    page.announce(key ? say(key, { prompt: words }) : `${words}. ${line.textContent}`)
  }
}

function place(position) {
  if (position === null) return say("in_line")
  return position === 0 ? say("next") : speak.count("line", position)
}

/** "40 s", or, from two minutes on, "3 min": no more exact than it is known. */
function time(seconds) {
  if (seconds < 10) return speak.seconds(seconds)
  if (seconds < 120) return speak.seconds(seconds < 30 ? Math.round(seconds) : 5 * Math.round(seconds / 5))
  return new Intl.NumberFormat(speak.lang, { style: "unit", unit: "minute", maximumFractionDigits: 0 }).format(seconds / 60)
}
