// The human gesture: what was written, large; what was set, small.

import { el, mark } from "../dom.js"
import { facts } from "../figures.js"
import { voiced } from "../language.js"
import { decider } from "../ledger.js"

/** The longer the text, the smaller it is set. */
const size = ({ length }) => (length > 600 ? "longest" : length > 140 ? "long" : "")

export default function prompt({ data }, { speak, term }, { ledger }) {
  const set = (what, text) => {
    const who = decider(ledger, what)
    return el("span", { class: "signed" }, who && mark(who), voiced(who, text))
  }
  const author = decider(ledger, "prompt") === "program" ? "program" : "person" // in a loop it is a caption
  const words = data.prompt
    ? el("p", { class: `gesture ${size(data.prompt)} ${author === "program" ? "computed" : ""}`, dir: "auto" }, data.prompt)
    : el("p", { class: "still" }, speak.say("prompt_empty"))
  const against = data.negative_prompt && [
    el("p", { class: "note" }, speak.say("negative_prompt")),
    el("p", { class: "gesture against", dir: "auto" }, data.negative_prompt),
  ]
  return [
    el("div", { class: `speaks ${author}` }, data.prompt ? mark(author) : null, words),
    against,
    facts([
      data.prompt && [speak.say("length"), speak.count("characters", data.characters ?? data.prompt.length)],
      data.language && [speak.say("language"), speak.say(`language_${data.language}`)],
      [speak.say("steps_asked"), set("num_inference_steps", speak.whole(data.num_inference_steps))],
      [term("guidance-scale", speak.say("guidance_scale")), set("guidance_scale", speak.number(data.guidance_scale))],
      [speak.say("size"), set("width", speak.say("size_pixels", { width: data.width, height: data.height }))],
    ]),
  ]
}
