// The eleven stages. Each module's default: (event, kit, run) -> nodes, drawn anew when its event changes;
// `denoise` and `enhance` keep a state (the step, the token one looks at), and bring their own `open`.

import decode from "./decode.js"
import * as denoise from "./denoise.js"
import distribute from "./distribute.js"
import encode from "./encode.js"
import * as enhance from "./enhance.js"
import loop from "./loop.js"
import noise from "./noise.js"
import program from "./program.js"
import prompt from "./prompt.js"
import retouch from "./retouch.js"
import select from "./select.js"
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

/** Draw what happened in it, or say in one sentence that nothing did. */
const drawnOrStill = (draw, watched = (run, id) => run.first[id]) => (body, kit, id) => {
  const [happened, nothing] = [drawn(draw, watched)(body, kit, id), still(id)(body, kit)]
  return { update: (run) => (run.first[id] ? happened : nothing).update(run) }
}

export const drawings = {
  program: drawn(program),
  prompt: drawn(prompt),
  enhance: enhance.open,
  encode: drawn(encode, (run) => (run.encodings.size ? [...run.encodings.values()].at(-1) : null)),
  noise: drawn(noise),
  denoise: denoise.open,
  decode: drawn(decode, (run) => run.first.decode && (kept(run) ? "kept" : run.first.decode)),
  select: drawnOrStill(select),
  retouch: drawnOrStill(retouch, (run) => run.first.retouch && (kept(run) ? "kept" : run.first.retouch)),
  distribute: drawn(distribute, (run) => run.first.distribute && (kept(run) ? "kept" : run.first.distribute)),
  loop,
}
