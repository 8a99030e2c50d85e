// A stage that did nothing in this exposure says so in one sentence.

import { el } from "../dom.js"
import { standing } from "../run.js"

/** `still_<id>` once it is known that the stage did not run (or, for `select`, that there was nothing to choose). */
export const still = (id) => (body, kit) => ({
  update(run) {
    const where = standing(run, id)
    const key = where === "ahead" ? null : `still_${id}`
    if (body.dataset.said === String(key)) return
    body.dataset.said = String(key)
    body.replaceChildren(...(key ? [el("p", { class: "still" }, kit.speak.say(key))] : []))
  },
})
