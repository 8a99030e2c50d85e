// The frames: of each stage one picture and one sentence, drawn from what is known of an exposure.
// A frame is `(kit, one, keep) -> {node, settle?, pause?, lasts?, close?}`; `keep` outlives it when it is drawn anew.

import { el, mark } from "../chain/dom.js"
import { standing } from "../chain/run.js"
import { decode, noise } from "./frames_numbers.js"
import { denoise } from "./frames_film.js"
import { program } from "./frames_program.js"
import { select } from "./frames_select.js"
import { encode, enhance, prompt } from "./frames_words.js"
import { reading, steps } from "./reel.js"
import { asked, rewritten } from "./whose.js"

/** The stages that a visitor is led through, in their order, and who speaks in each. */
export const LED = ["program", "prompt", "enhance", "encode", "noise", "denoise", "decode", "select"]
export const SPEAKS = { program: "program", prompt: "person", enhance: "program", encode: "program", noise: "chance", denoise: "program", decode: "program", select: "person" }

export const frames = { program, prompt, enhance, encode, noise, denoise, decode, select }

/** Which of them happened in this exposure. */
export const happened = (one, wanted = LED) => wanted.filter((id) => LED.includes(id) && there(one, id))

function there(one, id) {
  if (id === "enhance") return rewritten(one)
  if (id === "encode") return Boolean(reading(one)?.pictures.vectors)
  if (id === "denoise") return steps(one).length > 0
  if (id === "prompt") return asked(one) !== ""
  return standing(one.run, id) === "done" || Boolean(one.run.first[id])
}

/** The stage's words in the present language. */
export const told = (kit, id) => kit.stages().find((stage) => stage.id === id)

/** Its title, with the mark of who speaks. */
export const heading = (kit, id, tag = "h2") => el(tag, { class: "stage-name" }, mark(SPEAKS[id]), el("span", {}, told(kit, id).title))

/** One sentence of ours: what happened in it, in this exposure. */
export function sentence(kit, one, id) {
  const { data } = one.run.first[id] ?? { data: {} }
  const plain = told(kit, id).plain
  const ways = {
    program: () => data.parameters > 0 && kit.say(data.training?.pictures ? "say_program" : "say_program_untold", { numbers: many(kit, data.parameters), pictures: grouped(kit, data.training?.pictures) }),
    prompt: () => !one.recorded && kit.say([...(kit.visit.drawn ?? [])].length ? "say_prompt_chance" : "say_prompt"),
    enhance: () => data.added > 0 && kit.count("say_enhance", data.added),
    encode: () => kit.say("say_encode", { numbers: grouped(kit, reading(one).data.dim) }),
    noise: () => kit.say("say_noise", { seed: `${data.seed}` }),
    denoise: () => kit.count("say_denoise", one.run.steps.length),
    decode: () => data.numbers_in > 0 && kit.say("say_decode", { given: grouped(kit, data.numbers_in), made: grouped(kit, data.numbers_out) }),
    select: () => kit.say(data.candidates > 1 || kit.visit.rivals && !one.recorded ? "say_select_several" : "say_select_one"),
  }
  return ways[id]() || plain
}

/** 16,000. */
export const grouped = (kit, value) => kit.speaker().whole(value)

/** 24 million numbers; few are told to the last. */
const many = (kit, value) => (value < 1_500_000 ? kit.count("numbers", value) : kit.count("millions", Math.round(value / 1e6)))
