// All that is known of one exposure: from its stream while it happens, or from the list of a recording.

import { absorb, blank, newestPicture, over } from "../chain/run.js"
import { listen } from "../chain/stream.js"

/** Pictures of a step that no screen here shows: they are not kept. Of the last, the layers are shown. */
const spared = ({ data: { index, of } }) => (index === of - 1 ? ["guidance"] : ["guidance", "channels"])

/**
 * The exposure as it happens, or as the server has it: `run` is what `chain/run.js` makes of it, `on(hear)` tells
 * of every change and returns what stops it, `close()` hangs up.
 */
export function reel(exposure) {
  const one = begun(exposure)
  const { run } = one
  const change = (alter) => (value) => {
    alter(value)
    one.told()
  }
  one.close = listen(`/pictures/${exposure}/events`, {
    onSource: change(() => (run.lost = false)),
    onStage: change((event) => taken(run, event)),
    onEnd: change(({ state }) => Object.assign(run, { state, lost: false })),
    onLost: change(() => (run.lost = !over(run))),
    onUnknown: change(() => over(run) || Object.assign(run, { state: "unknown" })),
  })
  return one
}

/** One that happened before, from all its events at once. */
export function recorded(events) {
  const one = begun(events[0].exposure)
  one.recorded = true
  for (const event of events) taken(one.run, event)
  return one
}

/** The recording of that id; null where it does not come. */
export async function fetched(id) {
  try {
    const answer = await fetch(`/recordings/${id}.json`)
    return answer.ok ? recorded((await answer.json()).events) : null
  } catch {
    return null
  }
}

function begun(exposure) {
  const hearers = new Set()
  return {
    exposure,
    recorded: false,
    run: blank(exposure),
    told: () => hearers.forEach((hear) => hear()),
    on(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    close() {},
  }
}

/** Take an event in. One that waits again begins anew: of what broke off nothing is left. */
function taken(run, event) {
  if (event.stage === "exposure" && event.kind === "waiting" && run.current) Object.assign(run, blank(run.exposure))
  if (event.stage === "denoise") for (const name of spared(event)) delete event.pictures[name]
  absorb(run, event)
}

export const whole = ({ run }) => run.state === "finished"

/** Whether nothing more is to be hoped for. */
export const lost = ({ run }) => over(run) && run.state !== "finished"

/** The address of the picture as it stands: finished, the file itself; a recording has its last guess, which is the same. */
export function picture(one) {
  return whole(one) && !one.recorded ? `/pictures/${one.exposure}/picture.png` : newestPicture(one.run)
}

/** The steps that were told of, in their order. */
export const steps = ({ run }) => run.steps.filter(Boolean)

/** What a step's picture is: the guess at the picture without noise. */
export const guess = (step) => step.pictures.denoised ?? step.pictures.thumbnail ?? step.pictures.latents

/** Whether a picture's pixels are numbers, each a square. */
export const rough = (step) => !step.pictures.denoised

/** The text as it was read, of the first encoder; null where none was told. */
export const reading = ({ run }) => [...run.encodings.values()].find(({ data }) => data.branch !== "uncond") ?? null
