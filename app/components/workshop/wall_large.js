// One picture, large, with its chain: the words as they were read, its way out of the noise, who decided what.

import { data, el, lasting, mark, say, speak } from "./page.js"
import { shared } from "./wall_words.js"

const FRAMES = 6
const LETTERS = 110 // of the words as they were read, which is two lines
const PATIENCE = 4000 // ms until the picture is shown without what it is waited for
const STAGES = ["prompt", "encode", "noise", "denoise", "decode", "select", "program"]
const SPARED = ["few-things", "no-steps", "no-things", "no-read", "no-decided"]
const WHO = ["person", "program", "chance"]

export function large() {
  const node = el("section", { class: "large", "aria-label": say("one"), hidden: true })
  let [shown, turn] = [null, 0]

  return {
    node,
    /** Show that picture once all of it is there; `null` shows none. Of the exercise its own passage stands beside it. */
    async show(one, exercise, ready) {
      if (one?.id === shown) return
      shown = one?.id ?? null
      if (!one) {
        ready()
        node.replaceChildren()
        return
      }
      const [picture, chain] = await Promise.all([loaded(`/pictures/${one.id}/picture.png`), fetched(one.id)])
      const frames = await Promise.all(chosen(chain?.steps ?? []).map(async (step) => [step, await loaded(`/pictures/${one.id}/steps/${step}.webp`)]))
      if (shown !== one.id) return
      turn += 1
      const quote = exercise?.passage ?? passing(turn, chain?.enhanced)
      picture.alt = one.prompt
      node.replaceChildren(
        el("div", { class: "plate" }, el("div", { class: "plate-frame" }, picture), written(one)),
        el("div", { class: "way" }, chain && [rewritten(one, chain), words(chain), strip(frames, chain), decisions(chain)], passage(quote)))
      ready()
      fit(node)
    },
  }
}

/** Where its chain is too long for the wall, what can best be spared goes, one thing after the other. */
function fit(node) {
  const way = node.querySelector(".way")
  node.classList.remove(...SPARED)
  for (const one of SPARED) {
    if (way.scrollHeight <= way.clientHeight + 1) return
    node.classList.add(one)
  }
}

async function fetched(id) {
  try {
    const answer = await fetch(`/pictures/${id}/strip.json`, { signal: AbortSignal.timeout(PATIENCE) })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}

/** A picture that is there when it is shown; one that does not come is shown as far as it came. */
function loaded(src) {
  const picture = lasting(el("img", { src, alt: "" }))
  const patience = new Promise((done) => setTimeout(done, PATIENCE))
  return Promise.race([picture.decode().catch(() => {}), patience]).then(() => picture)
}

/** About six of the steps there are, the first and the last among them. */
function chosen(steps) {
  const count = Math.min(FRAMES, steps.length)
  return Array.from({ length: count }, (_, place) => steps[Math.round((place * (steps.length - 1)) / Math.max(1, count - 1))])
}

function written(one) {
  return el("div", { class: "written" },
    el("p", { class: one.prompt ? "words" : "words none", dir: "auto" }, one.prompt || say("silent")),
    el("p", { class: "by", dir: "auto" }, mark("person"), one.name),
    one.guess && el("p", { class: "guess" }, say("predicted"), " ", el("q", { class: "person", dir: "auto" }, one.guess)))
}

/** The text that a language model made of it; which words the person had written is seen by their face. */
function rewritten({ prompt }, { enhanced }) {
  if (!enhanced || enhanced.trim() === prompt.trim()) return null
  return el("div", { class: "rewritten" }, el("h3", {}, mark("program"), say("enhanced")),
    el("p", { dir: "auto" }, shared(prompt, enhanced).map(([text, own]) => el("span", { class: own ? "person" : "computed" }, text))))
}

function words({ words: read }) {
  if (!read.length) return null
  let letters = 0
  const few = read.filter((word) => (letters += word.length + 2) <= LETTERS)
  return el("div", { class: "read-part" }, el("h3", {}, mark("program"), speak.count("words", read.length)),
    el("p", { class: "read", dir: "auto" }, few.map((word) => el("span", { class: "computed" }, word)), few.length < read.length && "…"))
}

function strip(frames, { of }) {
  if (!frames.length) return null
  return el("div", {}, el("h3", {}, mark("program"), say("steps", { of: speak.whole(of) })),
    el("ol", { class: "strip" }, frames.map(([step, picture]) => el("li", {}, picture, el("span", { class: "computed" }, say("step", { step: speak.whole(step + 1) }))))))
}

function decisions({ decisions: lines, seed }) {
  const things = (own) => own.map(({ what }) => `what_${what}`).filter(speak.has).map((key) => say(key))
  return el("div", { class: "decided-part" }, el("h3", {}, say("decided")), el("ul", { class: "decided" }, WHO.map((who) => {
    const own = lines.filter((line) => line.who === who)
    const told = things(own)
    return own.length > 0 && el("li", {},
      el("p", { class: who }, mark(who), speak.count(`decisions_${who}`, own.length)),
      el("p", { class: "what" }, told.length < own.length ? `${told.slice(0, 2).join(", ")}…` : speak.list(told),
        who === "chance" && own.some(({ what }) => what === "seed") && [" ", el("span", { class: "computed chance" }, `${seed}`)]))
  })))
}

/** A passage of the essays for a stage that this picture went through; each time another stage, another passage. */
function passing(turn, enhanced) {
  const stages = enhanced ? ["enhance", ...STAGES] : STAGES
  const stage = stages[turn % stages.length]
  const fitting = data().passages.filter((quote) => quote.stage === stage)
  return fitting[Math.floor(turn / stages.length) % fitting.length]
}

function passage(quote) {
  if (!quote) return null
  const ours = quote.translation && el("p", { class: "translation" }, quote.translation, " ", el("span", { class: "whose" }, `(${say("translation")})`))
  return el("figure", { class: "passage" },
    quote.stage && el("p", { class: "stage-title" }, data().stages[quote.stage]),
    el("blockquote", { lang: "fr" }, `«\u00a0${quote.text}\u00a0»`), ours,
    el("figcaption", {}, el("span", { lang: "fr" }, quote.reference), quote.through && ` (${say("through", { name: quote.through })})`))
}
