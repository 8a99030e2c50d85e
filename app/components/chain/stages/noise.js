// Chance: one number, and the noise it becomes.

import { el, mark } from "../dom.js"
import { facts, figure } from "../figures.js"
import { voiced } from "../language.js"
import { decider } from "../ledger.js"

/** How numbers became colours. */
function projection({ projection: how }, speak) {
  const key = `projection_${how?.replaceAll(" ", "_")}`
  return how && speak.has(key) ? speak.say(key) : null
}

export default function noise({ data, pictures }, { speak, term }, { ledger }) {
  const who = decider(ledger, "seed") ?? "chance"
  const [channels, height, width] = data.shape
  return [
    el("div", { class: `speaks ${who}` }, mark(who), el("p", { class: "seed" }, el("span", {}, speak.say("seed")), el("span", { class: "seed-number" }, voiced(who, `${data.seed}`)))),
    el("div", { class: "pair" },
      figure(pictures.latents, { raw: true, size: "medium", alt: speak.say("noise_alt"), caption: [speak.say("noise_caption"), " ", projection(data, speak)] }),
      pictures.channels && figure(pictures.channels, {
        raw: true, size: "medium", alt: speak.say("channels_alt", { channels }),
        caption: [speak.say("channels_caption", { channels, height, width }), " ", data.channels?.limit && speak.say("vectors_colours", { limit: speak.number(data.channels.limit) })],
      })),
    facts([
      [term("latents", speak.say("numbers_drawn")), speak.whole(channels * height * width)],
      [speak.say("mean"), speak.number(data.mean)],
      [speak.say("spread"), speak.number(data.std)],
    ]),
  ]
}
