// Farewell: what can be carried away, without a network; and then nothing of it is here any more.

import { el } from "../chain/dom.js"

const STAYS = 90 // seconds that it stands by itself
const LOOK = 250 // ms
const AGAIN = 3000 // ms until a code that did not come is asked for again

export function screen(kit) {
  const title = el("h1", { tabindex: "-1" })
  const code = el("div", { class: "code" })
  const holds = el("p", { class: "holds" })
  const wiped = el("p", { class: "wiped" })
  const left = el("p", { class: "left computed", role: "timer", "aria-live": "off" })
  const bar = el("div", { class: "running", "aria-hidden": "true" }, el("span"))
  const done = el("button", { type: "button", class: "act", onclick: () => kit.end("farewell") })
  const back = el("button", { type: "button", class: "way", onclick: goBack })
  const node = el("section", { class: "view farewell" }, title, code, el("div", { class: "told" }, holds, wiped), el("div", { class: "foot" }, bar, left, el("div", { class: "acts" }, back, done)))
  let [here, timer, since, spent, code_of, answered] = [false, null, 0, 0, "", undefined]

  function goBack() {
    kit.go("meaning")
  }

  /** A recipe is written in the language that is spoken. */
  function drawCode() {
    const { id, exposure } = kit.visit
    const { farewell } = kit.data.curation
    const mine = `${exposure} ${farewell === "recipe" && kit.lang()}`
    if (!id || !exposure || farewell === "none") answered = null
    else if (mine !== code_of) fetchCode((code_of = mine))
    show(answered)
  }

  async function fetchCode(mine) {
    const { id, exposure } = kit.visit
    answered = undefined
    const answer = await kit.post(`/visits/${id}/farewell`, { exposure, language: kit.lang() }).catch(() => null)
    if (!here || mine !== code_of) return
    if (!answer) return setTimeout(() => here && mine === code_of && fetchCode(mine), AGAIN)
    show((answered = answer))
  }

  /** What is given away; null: nothing; undefined: it is being made. */
  function show(answer) {
    const kind = answer === undefined ? kit.data.curation.farewell : answer?.svg ? answer.kind : "none"
    node.dataset.kind = kind
    code.replaceChildren(...(answer?.svg ? [square(answer.svg, kit.say("code_alt"))] : []))
    title.textContent = kit.say(`farewell_${kind}`)
    holds.textContent = answer === undefined ? kit.say("code_coming") : kit.say(`holds_${kind}`, { side: answer?.side ?? "" })
  }

  function look() {
    const now = performance.now()
    if (!kit.stopped()) spent += now - since
    since = now
    const remaining = Math.max(0, Math.ceil(STAYS - spent / 1000))
    if (left.dataset.seconds !== `${remaining}`) tell(remaining)
    if (remaining === 0) kit.end("farewell")
  }

  function tell(remaining) {
    left.dataset.seconds = remaining
    left.textContent = kit.seconds(remaining)
    bar.firstChild.style.setProperty("--share", remaining / STAYS)
  }

  function draw() {
    title.textContent = kit.say(`farewell_${node.dataset.kind ?? "none"}`)
    wiped.textContent = `${kit.say(kit.kept("wiped"))} ${kit.say("stays")}`
    done.textContent = kit.say("farewell_done")
    back.textContent = kit.say("back")
    tell(Number(left.dataset.seconds ?? STAYS))
    drawCode()
  }

  function stop() {
    here = false
    clearInterval(timer)
    code.replaceChildren()
    ;[code_of, answered, spent] = ["", undefined, 0]
    delete left.dataset.seconds
  }

  return {
    node, draw, leave: stop,
    enter() {
      stop()
      here = true
      kit.busy(!kit.stopped()) // it has a clock of its own; while that stands, the other goes
      node.dataset.kind = kit.data.curation.farewell
      since = performance.now()
      timer = setInterval(look, LOOK)
      draw()
    },
    paused: (stopped) => kit.busy(!stopped),
    back: goBack,
  }
}

/** The server's drawing, which fills its place. */
function square(drawing, label) {
  const code = document.adoptNode(new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement)
  if (!code.hasAttribute("viewBox")) code.setAttribute("viewBox", `0 0 ${code.getAttribute("width")} ${code.getAttribute("height")}`)
  for (const name of ["width", "height"]) code.removeAttribute(name)
  code.setAttribute("role", "img")
  code.setAttribute("aria-label", label)
  return code
}
