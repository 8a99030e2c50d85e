// Look inside: the whole chain of one picture, over the page; also while it is being made.

import { data, el, post, say } from "./page.js"

/** `open(ticket)`. The back button closes it, as Escape and its own button do. */
export function inside() {
  const place = el("div", { class: "inside-chain" })
  const title = el("h2", { id: "inside" }, say("inside"))
  const words = el("span", { class: "written", dir: "auto" })
  const said = el("p", { class: "still", role: "status" })
  const bar = el("header", { class: "inside-bar" }, el("button", { type: "button", class: "act second", onclick: () => history.back() }, say("close")), title, words)
  const node = el("dialog", { class: "inside", "aria-labelledby": "inside" }, bar, said, place)
  let tidy = () => {}
  let opened = null

  async function open({ id, prompt }) {
    if (opened) return
    opened = id
    words.textContent = prompt
    said.textContent = say("inside_opening")
    history.pushState({ inside: id }, "")
    document.documentElement.classList.add("has-inside")
    node.showModal()
    node.scrollTop = 0
    try {
      const [given, { default: chain }] = await Promise.all([fetched(`/pictures/${id}/chain.json?lang=${data().lang}`), import("../chain/chain.js")])
      if (opened !== id) return
      tidy = await mounted(chain, given, id)
      said.textContent = ""
    } catch {
      if (opened === id) said.textContent = say("inside_shut")
    }
  }

  /** In a shadow of its own, so that its style sheet and the page's leave each other alone. */
  async function mounted(chain, given, id) {
    const host = el("div")
    const shadow = host.attachShadow({ mode: "open" })
    const sheet = el("link", { rel: "stylesheet", href: "/parts/chain/chain.css" })
    const ready = new Promise((resolve) => ["load", "error"].forEach((name) => sheet.addEventListener(name, resolve)))
    shadow.append(sheet, el("div", { class: "chain" }))
    place.replaceChildren(host)
    await ready
    const done = chain({ data: given, parentElement: shadow, setTriggerValue: (name) => name === "cancel" && post(`/pictures/${id}/cancel`) })
    return opened === id ? done : (done(), () => {})
  }

  function close() {
    if (!opened) return
    opened = null
    tidy()
    tidy = () => {}
    document.documentElement.classList.remove("has-inside")
    node.close()
    place.replaceChildren()
  }

  node.addEventListener("cancel", (event) => {
    event.preventDefault()
    history.back()
  })
  node.addEventListener("close", () => opened && history.back()) // a browser may close it without asking
  addEventListener("popstate", close)
  if (history.state?.inside) history.replaceState(null, "") // the page was loaded anew while it was open

  return { node, open }
}

async function fetched(url) {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer.json()
}
