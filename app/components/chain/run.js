// What is known of one exposure so far: the events, laid by stage. Drawing reads this and nothing else.

export const STAGES = ["program", "prompt", "enhance", "encode", "noise", "denoise", "decode", "select", "retouch", "distribute", "loop"]

const ENDS = new Set(["finished", "failed", "cancelled", "interrupted", "paused"])

/** An exposure nothing is known of yet. */
export function blank(exposure) {
  return {
    exposure,
    recorded: null, // true: read from disk; false: it happens now
    state: exposure ? "opening" : "rest", // opening, waiting, running, or one of ENDS; "unknown" and "lost" for the stream itself
    position: null,
    problem: "", // what went wrong, by the name of its sentence
    seconds: null,
    current: null, // the stage that last spoke
    first: {}, // stage id -> its event (the last one, where a stage has several)
    written: [], // index -> what is told of a token, while a language model rewrites the prompt
    encodings: new Map(), // "encoder/branch/call/row" -> event
    steps: [], // index -> event
    ledger: [],
    meter: null, // what it took, once it is over
    timings: {},
  }
}

/** Take one event in. The same event twice changes nothing: everything is kept under its own key. */
export function absorb(run, event) {
  const { stage, kind, data } = event
  if (data.meter) Object.assign(run, { meter: data.meter, timings: data.timings })
  if (Array.isArray(data.ledger)) run.ledger = data.ledger
  if (stage === "exposure") return absorbState(run, kind, data)
  if (stage === "enhance" && kind === "token") run.written[data.at] = data
  if (stage === "denoise" && kind === "step") run.steps[data.index] = event
  if (stage === "encode") run.encodings.set(`${data.encoder}/${data.branch}/${data.call ?? 0}/${data.row ?? 0}`, event)
  run.first[stage] = event
  if (!ENDS.has(run.state)) Object.assign(run, { state: "running", current: stage })
}

function absorbState(run, kind, data) {
  if (kind === "waiting") Object.assign(run, { state: "waiting", position: data.position })
  else if (ENDS.has(kind)) Object.assign(run, { state: kind, problem: data.problem ?? "", seconds: data.seconds ?? null })
}

export const over = (run) => ENDS.has(run.state) || run.state === "unknown"

/** Whether its files can be fetched: they are kept when the run is over, not before. */
export const kept = (run) => run.state === "finished"

/** Where a stage stands: ahead, now, done, off (it did not run), halted (the run ended inside it). */
export function standing(run, id) {
  const event = run.first[id]
  const ended = ENDS.has(run.state)
  if (event?.kind === "off") return "off"
  if (event && id === run.current && !ended) return "now"
  if (event && id === run.current && ["failed", "interrupted", "cancelled"].includes(run.state)) return "halted"
  if (event) return "done"
  const reached = run.current ? STAGES.indexOf(run.current) : -1
  if (STAGES.indexOf(id) < reached) return "off"
  return run.state === "finished" ? "off" : "ahead"
}

/** The newest picture of this run: the last predicted clean picture, else the noise; null before both. */
export function newestPicture(run) {
  const step = run.steps.findLast((one) => one?.pictures.denoised ?? one?.pictures.thumbnail)
  return step?.pictures.denoised ?? step?.pictures.thumbnail ?? run.first.noise?.pictures.latents ?? null
}

/** How many steps are in without a gap from the first. */
export function stepsIn(run) {
  let count = 0
  while (run.steps[count]) count += 1
  return count
}
