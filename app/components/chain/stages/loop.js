// The picture goes back in, or it does not: which round of which loop it is, or what one can have it do.

import { el } from "../dom.js"
import { kept } from "../run.js"
import { still } from "./still.js"

/** Its round, or the sentence that it did not go back in; and once the picture is kept, the way to have it do so. */
export default function loop(body, kit) {
  const { speak, loopUrl } = kit
  const said = el("div", {})
  const nothing = still("loop")(said, kit)
  const way = el("p", { hidden: true }, loopUrl && el("a", { class: "quiet", href: loopUrl }, speak.say("loop_begin")))
  body.append(said, way)
  let told = null
  return {
    update(run) {
      const place = run.first.loop?.data
      if (!place) nothing.update(run)
      else if (told !== place) {
        told = place
        const round = { round: speak.whole(place.number + 1), of: speak.whole(place.of) }
        said.replaceChildren(el("p", {}, speak.say(place.number ? "loop_place" : "loop_first", round)),
          el("p", {}, el("a", { class: "quiet", href: `/loop?id=${place.loop}&lang=${speak.lang}` }, speak.say("loop_see"))))
      }
      way.hidden = !(loopUrl && kept(run))
    },
  }
}
