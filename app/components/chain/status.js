// One sentence on how it stands, said politely to those who listen; and the button that stops it.

import { el } from "./dom.js"
import { stepsIn } from "./run.js"

/** The status line. It speaks at each change of state or stage, never at each step. */
export function status(speak, stages, { cancel, follow }) {
  const line = el("p", { class: "status", role: "status", "aria-live": "polite" })
  const detail = el("p", { class: "status-detail" })
  const stop = el("button", { type: "button", class: "act cancel", hidden: true, onclick: cancel }, speak.say("cancel"))
  const along = el("button", { type: "button", class: "quiet", hidden: true, onclick: follow }, speak.say("go_along"))
  const node = el("div", { class: "state" }, line, detail, el("div", { class: "state-acts" }, stop, along))

  const update = (run, following) => {
    const sentence = sentenceOf(run, speak, stages)
    if (line.textContent !== sentence) line.textContent = sentence
    detail.textContent = detailOf(run, speak)
    detail.hidden = !detail.textContent
    node.dataset.state = run.state
    stop.hidden = !["waiting", "running"].includes(run.state) || run.recorded !== false
    along.hidden = following || run.state !== "running" || run.recorded !== false
  }
  return { node, update }
}

function sentenceOf(run, speak, stages) {
  if (run.lost) return speak.say("lost")
  if (run.state === "waiting") return run.position > 0 ? speak.count("state_waiting", run.position) : speak.say("state_next")
  if (run.state === "running" && run.recorded) return speak.say("state_opening")
  if (run.state === "running") {
    const stage = stages.find((one) => one.id === run.current)
    return speak.say("state_running", { number: stage?.number ?? "", title: stage?.title ?? "" })
  }
  if (run.state === "finished" && run.recorded) return speak.say("state_recorded")
  if (run.state === "unknown") return speak.say("unknown")
  return speak.say(`state_${run.state}`)
}

function detailOf(run, speak) {
  if (run.problem) return speak.say(`problem_${run.problem}`)
  if (run.state === "cancelled" && run.steps.length) return speak.say("stopped_after", { step: stepsIn(run), of: run.steps.find(Boolean).data.of })
  if (run.state === "finished" && run.seconds && !run.recorded) return speak.say("took_in_all", { seconds: speak.seconds(run.seconds) })
  return ""
}
