// Two pictures of one place, one over the other, and a seam between them that one drags or moves with the keys.

import { el } from "./dom.js"

/** `before` is seen left of the seam, `after` right of it; `names` stand in their corners, `label` is the seam's. */
export function curtain({ before, after, ratio = 1, names, alts, label }) {
  const [under, over] = [after, before].map((src, at) => el("img", { src, alt: alts[1 - at], class: at ? "over" : "under" }))
  const seam = el("input", { type: "range", class: "curtain-seam", min: 0, max: 100, step: 0.5, value: 50, "aria-label": label, oninput: () => cut() })
  const corners = names.map((name, at) => el("span", { class: `corner ${at ? "b" : "a"}`, "aria-hidden": "true" }, name))
  const node = el("div", { class: "curtain", style: { "--ratio": ratio } }, under, over, corners, seam)
  const cut = () => node.style.setProperty("--cut", seam.value / 100)
  cut()
  return node
}
