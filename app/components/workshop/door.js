// The door: the code that lets people in, a nickname, and one button.

import { forget } from "./memory.js"
import { data, el, languages, lights, post, say } from "./page.js"

const here = new URL(location.href)
const SAME = "door.name" // kept for this visit, so that another language does not empty the field

const code = el("input", { id: "code", class: "code", value: data().code.toUpperCase(), maxlength: 16, autocomplete: "off", autocapitalize: "characters", autocorrect: "off", spellcheck: "false", enterkeyhint: "next", "aria-describedby": "code-plain" })
const name = el("input", { id: "name", maxlength: 40, autocomplete: "nickname", spellcheck: "false", enterkeyhint: "go", "aria-describedby": "name-plain seen" })
const said = el("p", { class: "refused", role: "alert", hidden: true })
const enter = el("button", { class: "act", type: "submit" }, say("enter"))

const field = (label, input, note) => el("div", { class: "field" }, el("label", { for: input.id }, label), input, note)

const form = el("form", { novalidate: true, onsubmit: come },
  field(say("code"), code, el("p", { id: "code-plain", class: "note" }, say("code_plain"))),
  field(say("nickname"), name, el("p", { id: "name-plain", class: "note" }, say("nickname_plain"))),
  el("p", { id: "seen", class: "note" }, say("seen_by_all")), said, enter)

function tell(sentence, input) {
  said.textContent = sentence
  said.hidden = !sentence
  code.toggleAttribute("aria-invalid", input === code && Boolean(sentence))
  input?.focus()
}

async function come(event) {
  event.preventDefault()
  if (enter.disabled) return
  if (!code.value.trim()) return tell(say("code_missing"), code)
  enter.disabled = true
  enter.textContent = say("entering")
  const { ok, json, lost } = await post("/join", { code: code.value, name: name.value })
  if (ok) return inside()
  enter.disabled = false
  enter.textContent = say("enter")
  if (lost) tell(say("no_answer"))
  else if (json.problem === "WrongCode") tell(say("code_wrong"), code)
  else tell(json.said ?? say("problem_none"))
}

/** In: what another wrote on this device, in another workshop, is not theirs. */
function inside() {
  forget()
  sessionStorage.removeItem(SAME)
  location.replace(here.searchParams.has("wall") ? "/wall" : "/")
}

code.addEventListener("input", () => {
  const at = code.selectionStart
  code.value = code.value.toUpperCase()
  code.setSelectionRange(at, at)
  tell("")
})

document.getElementById("page").append(
  el("div", { class: "top" }, languages(() => sessionStorage.setItem(SAME, name.value)), lights(say("light"))),
  el("h1", {}, say("door_title")), el("p", { class: "plain" }, say("door_plain")), form)
name.value = sessionStorage.getItem(SAME) ?? ""
if (matchMedia("(pointer: fine)").matches) (code.value ? name : code).focus() // on a phone a keyboard would hide the page
