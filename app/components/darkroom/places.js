// The places of a run at which one can look and stop: after the words, after chance, after each step,
// before the decoder, after it. The cursor and the head are numbers of places.

/** All places of a run of so many steps, in order. */
export function places(of) {
  const steps = Array.from({ length: of }, (_, step) => ({ key: `step-${step}`, site: "step.out", step }))
  return [{ key: "words", site: "encode" }, { key: "chance", site: "noise" }, ...steps,
    { key: "decode", site: "decode" }, { key: "picture", site: "select" }]
}

const WORDS = 0
const CHANCE = 1
export const placeOfStep = (step) => CHANCE + 1 + step

/** How far a run is computed: the number of the last place it came by; -1 before the words were read. */
export function reached({ state, stopped, taken, of }) {
  if (state === "finished") return of + 3
  if (stopped?.site === "select") return of + 3
  if (stopped?.site === "decode") return of + 2
  if (taken > 0) return CHANCE + taken
  if (stopped?.site === "prompt") return -1
  return stopped?.site === "encode" || !stopped ? WORDS : CHANCE
}

/** Where a run must stop to stand at this place; null for the end. */
export const moment = ({ site, step }) => ({ site, step: step ?? null, call: 0 })

/** The first step that an alteration made while looking at this place acts in; null where none is left. */
export function actsFrom(place, of) {
  if (!place || place.key === "decode" || place.key === "picture") return null
  const next = place.step === undefined ? 0 : place.step + 1
  return next < of ? next : null
}

/** The place whose latents step `at` begins with. */
export const placeBefore = (at) => (at === 0 ? CHANCE : placeOfStep(at - 1))

/** A place in words. */
export function named(place, speak) {
  return place.step === undefined ? speak.say(`place_${place.key}`) : speak.say("place_step", { step: place.step + 1 })
}
