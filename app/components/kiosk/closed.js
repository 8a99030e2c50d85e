// Outside the hours: black, and nothing that shines.

import { el } from "../chain/dom.js"

export function screen(kit) {
  const said = el("h1", { class: "unseen", tabindex: "-1" })
  const draw = () => (said.textContent = kit.say("closed"))
  return { node: el("section", { class: "view closed" }, said), enter: draw, leave() {}, draw }
}
