// The text as it is written; another token makes another road, and the roads taken before stay in sight.

import { el } from "../chain/dom.js"
import { account, text } from "../chain/stages/enhance.js"
import { listen } from "../chain/stream.js"

/**
 * `write(asked)` begins; `begun` is told of what prompt, `done(road)` a text that can be made a picture of, or null.
 * `before` is what `at` said of a page that stood here.
 */
export function writing({ speak, term, server, data: { lang } }, { done, begun, busy }, before) {
  const status = el("p", { class: "note", role: "status" })
  const stop = el("button", { type: "button", class: "act cancel", hidden: true, onclick: () => current && server.post("stop", { ids: [current.id] }).catch(() => {}) }, speak.say("cancel"))
  const shown = text({ speak, term }, (at, token) => turn(at, token))
  const told = el("div", { class: "account" })
  const others = el("div", { class: "roads-before", hidden: true })
  const node = el("div", { class: "writing", hidden: true, lang }, status, stop, shown.node, told, others)
  let roads = [] // {id, data, at}: what was written, and where it left the one before
  let current = null
  let gone = false
  let close = () => {}

  async function ask(what, question, prompt, at) {
    close()
    wait(prompt)
    const answer = await server.post(what, question).catch((refusal) => refusal)
    if (gone) return
    if (answer.id) follow({ id: answer.id, prompt, at })
    else fail(answer)
  }

  function wait(prompt) {
    node.hidden = false
    begun(prompt)
    busy(true)
    say("waiting_writing", true)
    told.replaceChildren()
  }

  function follow(road) {
    current = { ...road, tokens: [] }
    close = listen(`/exposures/${road.id}/events`, { onSource: () => {}, onStage: heard, onEnd: ended, onLost: () => say("lost", true), onUnknown: () => fail({ message: speak.say("lost") }) })
  }

  function heard({ stage, kind, data }) {
    if (stage === "enhance" && kind === "token") {
      current.tokens[data.at] = data
      say("writing", true)
      shown.update(current.tokens.filter(Boolean), [], false)
    } else if (kind === "enhanced") {
      current.data = data
    } else if (kind === "failed" || kind === "interrupted") {
      current.problem = data.problem || "Other"
    }
  }

  function ended() {
    busy(false)
    if (!current.data) return fail({ message: speak.say(speak.has(`problem_${current.problem}`) ? `problem_${current.problem}` : "problem_Other") })
    roads = [...roads.filter((road) => road.id !== current.id), { id: current.id, data: current.data, at: current.at }]
    draw(roads.at(-1))
  }

  function draw(road) {
    say("", false)
    current = { ...road, tokens: road.data.tokens }
    shown.update(road.data.tokens, road.data.words)
    told.replaceChildren(...account(road.data, { speak, term }).flat(Infinity).filter(Boolean))
    const former = roads.filter((one) => one.id !== road.id)
    others.hidden = !former.length
    others.replaceChildren(el("h3", {}, speak.say("former_roads")), el("ol", { class: "former" }, former.map((one) => row(one, road))))
    done(["end", "length"].includes(road.data.ended) && road.data.read !== road.data.prompt ? road : null)
  }

  /** A text that was written before; what it shares with the one that is shown is dim. */
  function row(road, other) {
    let shared = 0
    while (shared < road.data.tokens.length && road.data.tokens[shared].text === other.data.tokens[shared]?.text) shared += 1
    const said = (tokens) => tokens.filter((token) => !token.mark).map((token) => token.text).join("")
    return el("li", {}, el("button", { type: "button", class: "former-road", title: speak.say("former_road"), onclick: () => {
      shown.pick(null)
      draw(road)
    } }, el("span", { class: "shared", dir: "auto" }, said(road.data.tokens.slice(0, shared))), el("span", { dir: "auto" }, said(road.data.tokens.slice(shared)) || "…")))
  }

  function turn(at, token) {
    if (!current?.data) return
    shown.pick(at)
    ask("turn", { text: current.id, at, token }, current.data.prompt, at)
  }

  function say(key, running) {
    status.textContent = key && speak.say(key)
    stop.hidden = !running
  }

  /** A sentence; what was written before stays. */
  function fail({ message }) {
    busy(false)
    close()
    const last = roads.at(-1)
    if (last) draw(last)
    else shown.update([])
    say("", false)
    told.prepend(el("p", { class: "warning", role: "alert" }, message || speak.say("problem_Other")))
  }

  if (before?.roads.length) {
    roads = before.roads
    node.hidden = false
    draw(roads.find(({ id }) => id === before.current?.id) ?? roads.at(-1))
  }
  if (before?.current && !before.current.data) {
    wait(before.current.prompt)
    follow(before.current)
  }

  return {
    node,
    at: () => ({ roads, current }),
    close() {
      gone = true
      close()
    },
    write(asked) {
      roads = roads.filter((road) => road.data.prompt === asked.prompt)
      shown.pick(null)
      ask("write", asked, asked.prompt)
    },
  }
}
