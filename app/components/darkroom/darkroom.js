// The darkroom: one exposure on the bench. Look at any point of its run, alter it there, develop it to another end.

import { el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { mounts } from "../chain/mounts.js"
import { alter } from "./alter.js"
import { button, iconButton } from "./buttons.js"
import { desk as makeDesk } from "./desk.js"
import { inspect } from "./inspect.js"
import { keyboard, sheet } from "./keys.js"
import { lines } from "./lines.js"
import { brushes } from "./region.js"
import { stage } from "./stage.js"
import { start } from "./start.js"
import { holds } from "./told.js"
import { strip } from "./strip.js"
import { take } from "./take.js"
import { transport } from "./transport.js"
import { tree } from "./tree.js"
import { walk } from "./walk.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function darkroom({ data, parentElement }) {
  const root = parentElement.querySelector(".darkroom")
  return mount(root, JSON.stringify([data.lang, data.labels]), (before) =>
    open(data, root, before?.shown() ?? new URL(location.href).searchParams.get("exposure") ?? data.exposure))
}

function open(data, root, exposure) {
  const speak = speaker(data)
  const desk = makeDesk(data, speak)
  const brush = brushes()
  const [bench, acting] = [alter(desk, brush), lines(desk)]
  const branches = tree(desk)
  const help = sheet(desk)
  const guide = walk(desk, root)
  const parts = { head: head(desk, help, guide), stage: stage(desk, brush), transport: transport(desk), strip: strip(desk), bench, acting, inspect: inspect(desk), tree: branches, take: take(desk), start: start(desk, guide), guide, sides: sides(desk) }
  const side = (name, ...children) => el("section", { class: `side side-${name}`, id: `darkroom-side-${name}`, "aria-label": speak.say(`side_${name}`) }, children)
  const table = el("div", { class: "table-top", hidden: true },
    el("div", { class: "left" }, branches.node, parts.take.node),
    el("div", { class: "middle" }, parts.stage.node, parts.transport.node, parts.strip.node),
    el("div", { class: "right" }, parts.sides.node, side("alter", el("h2", { class: "side-title" }, speak.say("side_alter")), bench.node, acting.past, acting.node),
      side("inspect", el("h2", { class: "side-title" }, speak.say("side_inspect")), parts.inspect.node)))
  const page = { update: () => {
    table.hidden = !desk.shot
    table.dataset.side = desk.side
    table.setAttribute("aria-busy", `${desk.busy}`)
  } }
  root.replaceChildren(el("div", { class: "desk", lang: data.lang, tabindex: "-1" }, parts.head.node, parts.start.node, table, help.node, guide.node))
  desk.add(page, ...Object.values(parts).filter((part) => part.update && part !== acting), { update: () => desk.shot && acting.update() })
  const keys = keyboard(desk, root, { brush, tree: branches, sheet: help, walk: guide })
  help.fill(keys.all)
  desk.draw()
  if (exposure) desk.trying(() => desk.enter(exposure), "start").then((shot) => shot && guide.first() && setTimeout(guide.begin, 700))
  return {
    shown: () => desk.shot?.id,
    close: () => [desk, keys, guide].forEach((one) => one.close()),
  }
}

/** The line above it all: what this is, what was asked, what went wrong. */
function head(desk, help, guide) {
  const { speak } = desk
  const asked = el("p", { class: "asked person", dir: "auto" })
  const notice = el("p", { class: "notice", role: "status", hidden: true })
  const anew = button(speak.say("anew"), () => {
    const url = new URL(location.href)
    url.searchParams.delete("exposure")
    history.pushState(history.state, "", url)
    desk.anew()
  })
  const around = button(speak.say("walk"), () => guide.begin())
  const node = el("header", { class: "head" }, el("h1", {}, speak.say("darkroom")), asked, notice, el("div", { class: "head-acts" }, anew, around, iconButton("keys", speak.say("shortcuts"), help.toggle, { key: "?" })))
  return {
    node,
    update() {
      const { shot } = desk
      asked.hidden = anew.hidden = around.hidden = !shot
      asked.textContent = shot ? holds(shot, desk.place()?.step ?? (desk.cursor > 1 ? shot.of : 0)).prompt || speak.say("no_word") : ""
      asked.title = asked.textContent
      const shown = desk.notice && shot && desk.notice.near !== "bench"
      notice.hidden = !shown
      notice.textContent = shown ? desk.notice.text : ""
      notice.classList.toggle("calm", Boolean(desk.notice?.calm))
    },
  }
}

/** Which of the two sides is seen, where there is no room for both. */
function sides(desk) {
  const { speak } = desk
  const names = ["alter", "inspect"]
  const buttons = names.map((name) => el("button", { type: "button", class: "side-tab", "aria-controls": `darkroom-side-${name}`, onclick: () => desk.change({ side: name }) }, speak.say(`side_${name}`)))
  return {
    node: el("div", { class: "side-tabs", role: "group", "aria-label": speak.say("sides") }, buttons),
    update: () => buttons.forEach((one, at) => one.setAttribute("aria-pressed", `${desk.side === names[at]}`)),
  }
}
