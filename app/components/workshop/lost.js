// What is not there, or is nobody's business: one sentence, and the way to the door.

import { data, el, languages, say } from "./page.js"

document.getElementById("page").append(
  el("div", { class: "top" }, languages()),
  el("h1", {}, data().said),
  el("p", {}, el("a", { class: "quiet", href: "/" }, say("to_door"))),
)
