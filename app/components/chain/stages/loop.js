// The picture goes back in, or it does not: what one can have it do.

import { el } from "../dom.js"
import { kept } from "../run.js"
import { still } from "./still.js"

/** The sentence that it did not go back in; and once the picture is kept, the way to have it do so. */
export default function loop(body, kit) {
  const said = el("div", {})
  const nothing = still("loop")(said, kit)
  const way = el("p", { hidden: true }, kit.loopUrl && el("a", { class: "quiet", href: kit.loopUrl }, kit.speak.say("loop_begin")))
  body.append(said, way)
  return {
    update(run) {
      nothing.update(run)
      way.hidden = !(kit.loopUrl && kept(run))
    },
  }
}
