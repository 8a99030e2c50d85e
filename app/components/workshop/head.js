// The head of a participant's page: their name, the ways on, the language and the light.

import { data, el, languages, lights, post, say } from "./page.js"

export function head() {
  const name = el("strong", { class: "person", dir: "auto" }, data().name)
  const change = el("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => open(form.hidden) }, say("rename"))
  const input = el("input", { id: "rename", maxlength: 40, autocomplete: "nickname", spellcheck: "false", "aria-describedby": "rename-plain" })
  const said = el("p", { class: "refused", role: "alert", hidden: true })
  const form = el("form", { class: "renaming", hidden: true, onsubmit: rename, onkeydown: (event) => event.key === "Escape" && open(false) },
    el("div", { class: "field" }, el("label", { for: "rename" }, say("rename")), input, el("p", { id: "rename-plain", class: "note" }, `${say("rename_plain")} ${say("seen_by_all")}`)),
    said, el("div", { class: "acts" }, el("button", { type: "submit", class: "act second" }, say("rename_do")), el("button", { type: "button", class: "quiet", onclick: () => open(false) }, say("never_mind"))))
  const ways = el("nav", { class: "ways" }, el("a", { class: "quiet", href: "/wall" }, say("to_wall")), data().host && el("a", { class: "quiet", href: "/host" }, say("to_host")))
  const node = el("header", { class: "head" }, el("h1", { class: "unseen" }, say("door_title")), el("p", { class: "you" }, `${say("you_are")} `, name, change), ways,
    el("div", { class: "switches" }, languages(), lights(say("light"))), form)

  function open(wide) {
    const held = form.contains(document.activeElement)
    form.hidden = !wide
    change.setAttribute("aria-expanded", `${wide}`)
    if (wide) {
      input.value = name.textContent
      input.select()
      input.focus()
    } else if (held) change.focus()
  }

  async function rename(event) {
    event.preventDefault()
    const { ok, json, lost } = await post("/name", { name: input.value })
    said.hidden = ok
    said.textContent = ok ? "" : lost ? say("no_answer") : (json.said ?? say("problem_none"))
    if (!ok) return
    name.textContent = json.name
    open(false)
  }

  return {
    node,
    update(state) {
      if (state.you && name.textContent !== state.you.name) name.textContent = state.you.name
    },
  }
}
