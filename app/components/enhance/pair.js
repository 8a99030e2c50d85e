// Two pictures of one seed, side by side: of the words as they were written, and of the text they became.

import { el } from "../chain/dom.js"
import { absorb, blank, newestPicture, over } from "../chain/run.js"
import { listen } from "../chain/stream.js"

const SIDES = ["raw", "enhanced"]

/** `offer(id)`: pictures can be made of this text; null: of none. */
export function pair({ speak, server, data: { lang } }) {
  const make = el("button", { type: "button", class: "act", onclick: () => begin() }, speak.say("both"))
  const note = el("p", { class: "note" }, speak.say("both_plain"))
  const said = el("p", { class: "warning", role: "alert", hidden: true })
  const frames = el("div", { class: "both" })
  const node = el("div", { class: "two-texts", hidden: true }, el("div", { class: "two-texts-go" }, make, note), said, frames)
  let [text, streams] = [null, []]

  async function begin() {
    const answer = await server.post("both", { text }).catch((refusal) => refusal)
    said.hidden = Boolean(answer.raw)
    said.textContent = answer.raw ? "" : answer.message
    if (!answer.raw) return
    close()
    frames.replaceChildren(...SIDES.map((side) => frame(side, answer[side])))
  }

  /** One picture, as it comes. */
  function frame(side, id) {
    const image = el("img", { alt: speak.say(`picture_${side}`), width: 256, height: 256, hidden: true })
    const state = el("p", { class: "note", role: "status" }, speak.say("picture_coming"))
    const link = el("a", { class: "quiet", href: `/?exposure=${id}&lang=${lang}` }, speak.say("to_chain"))
    const run = blank(id)
    const show = (source) => {
      if (!source || image.getAttribute("src") === source) return
      image.setAttribute("src", source)
      image.hidden = false
    }
    streams.push(listen(`/exposures/${id}/events`, {
      onSource: () => {}, onLost: () => {}, onUnknown: () => (state.textContent = speak.say("picture_failed")),
      onStage(event) {
        absorb(run, event)
        if (!over(run)) show(newestPicture(run))
      },
      onEnd(end) {
        const done = end.state === "finished"
        if (done) show(`/exposures/${id}/picture.png`)
        state.textContent = done ? "" : speak.say("picture_failed")
      },
    }))
    return el("figure", { class: `both-${side}` }, el("div", { class: "both-frame" }, image), el("figcaption", {}, el("span", { class: side === "raw" ? "person" : "program" }, speak.say(`picture_${side}`)), " ", link, state))
  }

  function close() {
    streams.forEach((stop) => stop())
    streams = []
  }

  return {
    node,
    close,
    offer(id) {
      if (id !== text) {
        close()
        frames.replaceChildren()
      }
      text = id
      node.hidden = id === null
    },
  }
}
