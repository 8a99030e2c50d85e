// One picture as it comes, with the words it is of.

import { el } from "../chain/dom.js"
import { absorb, blank, newestPicture, over, stepsIn } from "../chain/run.js"
import { screen } from "../chain/screen.js"
import { listen } from "../chain/stream.js"

/** `listen()` follows it, `tell(nodes)` says its words; `ended` is called when it is over. One that is `done` is kept. */
export function frame({ speak, lang }, { id, side, alt, done }, ended) {
  const plate = screen()
  const words = el("p", { class: "frame-words", dir: "auto" })
  const state = el("p", { class: "note", role: "status" }, done ? "" : speak.say("picture_coming"))
  const link = el("a", { class: "quiet", href: `/?exposure=${id}&lang=${lang}` }, speak.say("to_chain"))
  const node = el("figure", { class: `both-${side}` }, plate.node, el("figcaption", {}, el("span", { class: side === "raw" ? "person" : "program" }, speak.say(`picture_${side}`)), words, link, state))
  const run = blank(id)
  let [stands, deaf] = [done ? "finished" : "coming", null]

  const kept = () => plate.show(`/exposures/${id}/picture.png`, { alt })

  function end(how) {
    stands = how
    state.textContent = how === "finished" ? "" : speak.say("picture_failed")
    if (how === "finished") kept()
    ended()
  }

  if (done) kept()
  return {
    id, node,
    over: () => stands !== "coming",
    finished: () => stands === "finished",
    failed: () => stands === "failed",
    tell: (nodes) => words.replaceChildren(...nodes),
    close: () => deaf?.(),
    listen() {
      deaf ??= listen(`/exposures/${id}/events`, {
        onSource: () => {},
        onStage(event) {
          state.textContent = speak.say("picture_coming")
          absorb(run, event)
          const newest = newestPicture(run)
          if (newest && !over(run)) plate.show(newest, { alt, raw: !stepsIn(run) })
        },
        onEnd: ({ state: how }) => end(how === "finished" ? how : "failed"),
        onLost: () => (state.textContent = speak.say("lost")),
        onUnknown: () => end("failed"),
      })
    },
  }
}
