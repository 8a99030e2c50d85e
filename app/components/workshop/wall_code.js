// The join code as a phone reads it, and as people do; and how a page gets the new one when the host draws another.

import { el } from "./page.js"

/** The server's QR code, which fills its place. */
export function square(drawing, label) {
  const read = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement
  const code = document.adoptNode(read)
  code.setAttribute("viewBox", `0 0 ${code.getAttribute("width")} ${code.getAttribute("height")}`)
  code.removeAttribute("width")
  code.removeAttribute("height")
  code.setAttribute("role", "img")
  code.setAttribute("aria-label", label)
  return code
}

/** A join code, in two halves; spelled out for those who listen. */
export function halves(code) {
  const half = Math.ceil(code.length / 2)
  return el("span", { class: "halves", role: "text", "aria-label": [...code].join(" ") },
    el("span", { "aria-hidden": "true" }, code.slice(0, half)), el("span", { "aria-hidden": "true" }, code.slice(half)))
}

/** An address as one types it. */
export const typed = (address) => address.replace(/^https?:\/\//, "")

/** What that page would be given now: the code in its QR code is another once the host has drawn one. */
export async function renewed(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } })
  if (!answer.ok || answer.redirected) return null
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  return JSON.parse(page.getElementById("data").textContent)
}
