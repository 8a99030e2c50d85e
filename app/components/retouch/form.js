// What is to become of it: the way, the words, how far it goes back, and the button that asks for it.

import { el } from "../chain/dom.js"
import { cannot, field, numeral, slider } from "../darkroom/buttons.js"

const WAYS = ["inpaint", "image_to_image", "instruct"]

/** `kept` is what `said` said of a page that stood here. */
export function form(page, tools, kept = null) {
  const { speak, data } = page
  const ways = WAYS.map((way) => el("button", { type: "button", class: "way", onclick: () => page.change({ way }) }, speak.say(`way_${way}`)))
  const plain = el("p", { class: "note" })
  const missing = el("div", {})
  const prompt = el("textarea", { class: "written", rows: 2, dir: "auto", maxlength: 4000 })
  const asked = field(speak.say("prompt_shows"), prompt)
  const strength = slider({ label: speak.say("strength"), min: 0.05, max: 1, step: 0.05, value: 0.6, tell: (value) => speak.percent(value), hear: () => {} })
  const far = el("div", {}, strength.node, el("p", { class: "note" }, speak.say("strength_plain")))
  const paste = el("input", { type: "checkbox", id: "retouch-paste" })
  const back = el("label", { class: "check", for: "retouch-paste" }, paste, speak.say("paste"))
  const seed = numeral("")
  const steps = numeral("", { min: 1, max: 150 })
  const guidance = el("input", { type: "number", class: "numeral", min: 0, max: 30, step: 0.1, placeholder: speak.say("models_own") })
  seed.placeholder = speak.say("chance_draws")
  steps.placeholder = speak.say("models_own")
  const more = el("details", { class: "group" }, el("summary", {}, el("span", {}, speak.say("more"))),
    el("div", { class: "group-body" }, field(speak.say("seed_label"), seed), field(speak.say("steps"), steps), field(speak.say("guidance"), guidance)))
  const act = el("button", { type: "submit", class: "primary" }, speak.say("go"))
  const first = el("p", { class: "note", hidden: true }, speak.say("paint_first"))
  const node = el("form", { class: "asking", onsubmit: ask },
    el("div", { class: "ways", role: "group", "aria-label": speak.say("ways") }, ways), plain, tools, missing, asked, far, back, more, el("div", { class: "row" }, act, first))

  let of = null // the picture that the words are for

  const numbers = () => Object.entries({ seed, num_inference_steps: steps, guidance_scale: guidance })
    .filter(([, input]) => input.value !== "").map(([name, input]) => [name, Number(input.value)])

  async function ask(event) {
    event.preventDefault()
    if (act.disabled) return
    const inpaint = page.way === "inpaint"
    const wanted = { way: page.way, source: page.source.id ?? "", mask: inpaint ? page.mask.texts() : [], paste: inpaint && paste.checked }
    if (page.way !== "instruct") wanted.strength = strength.value()
    const question = { prompt: prompt.value, model: data.model, loras: data.loras, picture: page.source.picture ?? "", retouch: wanted, ...Object.fromEntries(numbers()) }
    const made = await page.trying(() => page.web.post("expose", question))
    if (made) page.exposed(made.id)
  }

  return {
    node,
    /** Another picture: its words to begin with, and painting where that can be done. This very one again: the words stay. */
    begin() {
      const { ways: able, url } = page.source
      if (url !== of) prompt.value = kept?.url === url ? kept.prompt : page.source.prompt
      of = url
      if (!able.includes(page.way)) page.way = WAYS.find((way) => able.includes(way)) ?? ""
      const lacks = WAYS.filter((way) => !able.includes(way))
      const told = !able.length ? speak.say("cannot_all", { model: data.title })
        : lacks.length && speak.say("cannot_ways", { model: data.title, ways: speak.list(lacks.map((way) => speak.say(`way_${way}`).toLocaleLowerCase(speak.lang))) })
      missing.replaceChildren(...(told ? [cannot(told)] : []))
    },
    said: () => ({ url: of, prompt: prompt.value }),
    update() {
      if (!page.source) return
      const { way } = page
      const able = page.source.ways
      ways.forEach((one, at) => {
        one.hidden = !able.includes(WAYS[at])
        one.setAttribute("aria-pressed", `${WAYS[at] === way}`)
      })
      plain.textContent = way ? speak.say(`way_${way}_plain`) : ""
      asked.querySelector("label").textContent = speak.say(way === "instruct" ? "prompt_changes" : "prompt_shows")
      far.hidden = way === "instruct" || !way
      back.hidden = way !== "inpaint"
      const bare = way === "inpaint" && !page.mask?.count()
      first.hidden = !bare || page.running
      act.disabled = page.busy || page.running || !way || bare
    },
  }
}
