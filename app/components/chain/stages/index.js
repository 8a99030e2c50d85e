// The eleven stages. Each module's default: (event, kit, run) -> nodes, drawn anew when its event changes;
// `denoise` alone keeps a state (the step one looks at), and brings its own `open`.

import decode from "./decode.js"
import * as denoise from "./denoise.js"
import distribute from "./distribute.js"
import encode from "./encode.js"
import noise from "./noise.js"
import program from "./program.js"
import prompt from "./prompt.js"
import { kept } from "../run.js"
import { still } from "./still.js"

/** Draw once for each event that changes what is shown. */
const drawn = (draw, watched = (run, id) => run.first[id]) => (body, kit, id) => {
  let last = null
  return {
    update(run) {
      const now = watched(run, id)
      if (now === last) return
      last = now
      body.replaceChildren(...(now ? [draw(run.first[id], kit, run)].flat(Infinity).filter(Boolean) : []))
    },
  }
}

export const drawings = {
  program: drawn(program),
  prompt: drawn(prompt),
  enhance: still("enhance"),
  encode: drawn(encode, (run) => (run.encodings.size ? [...run.encodings.values()].at(-1) : null)),
  noise: drawn(noise),
  denoise: denoise.open,
  decode: drawn(decode, (run) => run.first.decode && (kept(run) ? "kept" : run.first.decode)),
  select: still("select"),
  retouch: still("retouch"),
  distribute: drawn(distribute, (run) => run.first.distribute && (kept(run) ? "kept" : run.first.distribute)),
  loop: still("loop"),
}
