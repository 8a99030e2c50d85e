// Let go of one word: the same noise, the same program, and what becomes of the picture; both come side by side.

import { el } from "../chain/dom.js"
import { screen as plates } from "../chain/screen.js"
import { stepsIn } from "../chain/run.js"
import { guess, lost, picture, rough, steps, whole } from "./reel.js"

const CLEARLY = 32 // of 255, in one of its colours: by so much a point has clearly changed

/** `keep.gone` is the word. What was made without it stays known as long as the stage is open. */
export function without(kit, one, keep, redraw) {
  const { gone } = keep
  const mine = ((keep.without ??= {})[gone.at] ??= {})
  const [left, right] = [plates(), plates()]
  const said = el("p", { class: "lead", role: "status" })
  const side = (plate, words) => el("figure", { class: "side" }, el("div", { class: "square plate" }, plate.node), el("figcaption", {}, words))
  const word = () => el("span", { class: `gone-word ${gone.who === "program" ? "computed" : gone.who}` }, gone.text)
  const place = el("div", { class: "picture-place pair" }, side(left, kit.say("with_all")), side(right, kit.phrase("without_word", { word: word() })))
  const another = el("button", { type: "button", class: "act", onclick: () => back() && redraw() }, kit.say("let_go_other"))
  let [closed, stop] = [false, () => {}]

  async function ask() {
    try {
      mine.exposure = (await kit.post(`/visits/${kit.visit.id}/without`, { exposure: one.exposure, word: gone.text, occurrence: gone.occurrence })).exposure
    } catch ({ said: why }) {
      mine.refused = why
    }
  }

  function follow() {
    stop()
    const other = mine.exposure && kit.reel(mine.exposure)
    if (other) stop = other.on(() => show(other))
    show(other)
  }

  /** Both at the same step, so that the two can be compared on their way. */
  function show(other) {
    const at = other ? stepsIn(other.run) : 0
    const done = other && whole(other)
    if (kit.stopped() && !done) return
    const failed = mine.refused || (other && lost(other))
    const own = done || failed ? null : (one.run.steps[at - 1] ?? null)
    const first = one.run.steps[0]?.pictures.latents ?? one.run.first.noise?.pictures.latents
    left.show(own ? guess(own) : done || failed ? picture(one) : first, { raw: own ? rough(own) : !done && !failed, alt: kit.say("with_all") })
    const last = other && steps(other).at(-1)
    if (!failed) right.show(done ? picture(other) : last ? guess(last) : first, { raw: done ? false : last ? rough(last) : true, alt: kit.say("without_alt", { word: gone.text }) })
    place.classList.toggle("failed", Boolean(failed))
    another.classList.toggle("none", !done && !failed)
    if (failed) told((mine.refused ?? {})[kit.lang()] ?? kit.say("without_failed"))
    else if (done) measured(other)
    else told(at ? kit.say("without_step", { word: gone.text, step: at, of: one.run.steps.length }) : kit.say("without_begins", { word: gone.text }))
    kit.busy(!done && !failed)
  }

  async function measured(other) {
    mine.share ??= await difference(picture(one), picture(other)).catch(() => null)
    if (closed) return
    const share = mine.share
    told([kit.say("without_same", { word: gone.text }), share !== null && (share < 0.01 ? kit.say("without_little") : kit.say("without_share", { share: kit.percent(share) }))].filter(Boolean).join(" "))
  }

  function told(sentence) {
    if (said.textContent !== sentence) said.textContent = sentence
  }

  function back() {
    keep.gone = null
    return true
  }

  if (mine.exposure) follow()
  else {
    show(null)
    mine.asked ??= ask()
    mine.asked.then(() => closed || follow())
  }
  return {
    pause: () => show(mine.exposure ? kit.reel(mine.exposure) : null),
    ask: kit.say("open_without", { word: gone.text }), picture: place, tools: el("div", { class: "tools" }, said), acts: [another], back,
    close() {
      closed = true
      stop()
      kit.busy(false)
    },
  }
}

/** Which share of two pictures' points have clearly another colour. */
export async function difference(first, second) {
  const [one, other] = await Promise.all([first, second].map(points))
  let changed = 0
  for (let at = 0; at < one.length; at += 4) changed += [0, 1, 2].some((colour) => Math.abs(one[at + colour] - other[at + colour]) > CLEARLY)
  return changed / (one.length / 4)
}

async function points(source) {
  const image = el("img", { src: source, alt: "" })
  await image.decode()
  const { naturalWidth: width, naturalHeight: height } = image
  const brush = el("canvas", { width, height }).getContext("2d", { willReadFrequently: true })
  brush.drawImage(image, 0, 0)
  return brush.getImageData(0, 0, width, height).data
}
