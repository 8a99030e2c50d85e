// The tree: every exposure of this family, where it left its parent, what was altered. One touch goes there.

import { el } from "../chain/dom.js"
import { button, iconButton, renewed } from "./buttons.js"
import { drawnIcon } from "./icons.js"
import { places } from "./places.js"
import { pinned } from "./stage.js"
import { SIGNS, toldLine } from "./told.js"

export function tree(desk) {
  const { speak } = desk
  const list = el("ul", { class: "branches", "aria-label": speak.say("tree"), onkeydown: keys })
  const acts = el("div", { class: "branch-acts" })
  const undo = el("p", { class: "toast", role: "status", hidden: true })
  const node = el("section", { class: "tree-part", "aria-label": speak.say("tree"), "data-walk": "tree" }, el("h2", {}, speak.say("tree")), list, acts, undo)
  const rows = new Map()
  let opened = null
  let naming = false
  let gone = []

  /** Parents before their children, a child right below what it grew from, with how deep it lies. */
  function laid() {
    const all = family(desk)
    const children = Map.groupBy(all, (one) => (all.some((other) => other.id === one.parent) ? one.parent : null))
    const below = (id, depth) => (children.get(id) ?? []).flatMap((one) => [{ ...one, depth }, ...below(one.id, depth + 1)])
    return below(null, 0)
  }

  function draw() {
    const { shot, other } = desk
    const nodes = laid().map((one) => ({ ...one, picture: picture(desk, one) }))
    settle(nodes, nodes.map((one) => JSON.stringify([one, one.id === shot.id, one.id === other?.id])))
    renewed(acts, [shot.id, shot.name, naming, shot.parent, desk.running()], actions)
    undo.hidden = !gone.length
    renewed(undo, gone, () => (gone.length ? [el("span", {}, speak.count("pruned", gone.length)), button(speak.say("restore"), restore)] : []))
  }

  /** Only the rows that changed are made anew; what had the focus, or is open now, keeps it and stays in sight. */
  function settle(nodes, told) {
    const focused = list.contains(list.getRootNode().activeElement)
    const next = nodes.map((one, at) => {
      const known = rows.get(one.id)
      if (known?.told === told[at]) return known.node
      const made = row(one)
      known?.node.replaceWith(made)
      rows.set(one.id, { told: told[at], node: made })
      return made
    })
    if (next.length !== list.children.length || next.some((one, at) => one !== list.children[at])) list.replaceChildren(...next)
    if (opened === desk.shot.id) return
    opened = desk.shot.id
    const here = rows.get(opened).node
    if (focused) here.querySelector(".branch").focus({ preventScroll: true })
    const room = node.parentElement
    if (room && room.scrollHeight > room.clientHeight && getComputedStyle(room).overflowY === "auto") room.scrollTop += here.getBoundingClientRect().top - room.getBoundingClientRect().top - room.clientHeight / 2
  }

  function row(one) {
    const current = one.id === desk.shot.id
    const leaves = one.parent ? speak.say("leaves_at", { step: one.branch_step + 1 }) : speak.say("trunk")
    const lines = one.own.map((line) => el("span", { class: "branch-line" }, toldLine(line, speak)))
    const changes = lines.map((line) => line.textContent).join(", ")
    const label = one.name || changes || leaves
    const said = [label, one.name && changes, label !== leaves && leaves, speak.say(`state_${one.state}`), current ? speak.say("open_now") : ""].filter(Boolean).join(". ")
    const image = el("img", { alt: "", loading: "lazy", src: one.picture })
    if (!one.picture) image.classList.add("missing")
    image.addEventListener("error", () => image.classList.add("missing"))
    return el("li", { style: { "--depth": Math.min(one.depth, 8) } }, el("button", { type: "button", class: "branch", "data-id": one.id, "aria-current": current ? "true" : null, tabindex: current ? "0" : "-1", "aria-label": said, title: [one.name, changes, one.prompt].filter(Boolean).join("\n"), onclick: () => go(one) },
    el("span", { class: "branch-picture" }, image), el("span", { class: "branch-told" },
      el("span", { class: one.name ? "branch-name person" : "branch-name" }, one.name || (lines.length ? lines : leaves)),
      el("span", { class: "computed branch-state" }, one.name && [...new Set(one.own.map((line) => line.kind))].map((kind) => el("span", { class: "sign-of", title: speak.say(`group_of_${kind}`) }, SIGNS[kind] ?? "·")),
        label !== leaves && one.parent && el("span", {}, leaves), one.state === "finished" ? "" : `${one.taken}/${one.of}`, desk.other?.id === one.id ? el("b", { class: "is-b" }, "B") : ""))),
    beside(one, label, current))
  }

  /** The tab key stops at the open row only; C does the same on any row that has the focus. */
  function beside(one, label, current) {
    const made = iconButton("compare", speak.say("as_b", { name: label }), () => asB(one), { kind: "control to-b" })
    made.tabIndex = current ? 0 : -1
    return made
  }

  function go(one) {
    if (one.id === desk.shot.id) return
    desk.visit(one.id, { at: Math.min(desk.cursor, one.state === "finished" ? one.of + 3 : one.taken + 1) })
  }

  function asB(one) {
    if (desk.other?.id === one.id) return desk.change({ other: null })
    const last = one.state === "finished" ? desk.place()?.key : undefined
    const all = places(one.of)
    pinned(desk, one, all.find((place) => place.key === last && place.key !== "words") ?? (one.state === "finished" ? all.at(-1) : all[one.taken + 1]))
  }

  function actions() {
    const { shot } = desk
    if (naming) return form()
    return [button([drawnIcon("name"), speak.say(shot.name ? "rename" : "name_it")], name), button([drawnIcon("prune"), speak.say("prune")], prune)].map((one) => Object.assign(one, { disabled: desk.running() }))
  }

  function form() {
    const input = el("input", { type: "text", class: "written", maxlength: 200, value: desk.shot.name ?? "", "aria-label": speak.say("name_of_branch") })
    const done = async (event) => {
      event.preventDefault()
      const { id } = desk.shot
      const said = input.value.trim()
      const answer = await desk.trying(() => desk.web.post("name", { exposure: id, name: said }), "tree")
      if (!answer) return
      naming = false
      if (desk.shot.id === id) desk.change({ shot: { ...desk.shot, name: said, tree: desk.shot.tree.map((one) => (one.id === id ? { ...one, name: said } : one)) } })
    }
    const leave = (event) => event.key === "Escape" && (event.stopPropagation(), (naming = false), desk.draw())
    queueMicrotask(() => input.focus())
    return el("form", { class: "naming", onsubmit: done, onkeydown: leave }, input, el("button", { type: "submit", class: "small-act" }, speak.say("keep_name")))
  }

  function name() {
    naming = true
    desk.draw()
  }

  /** To the trash, and to its parent; it can be fetched back. */
  async function prune() {
    const { id, parent, tree: all } = desk.shot
    const answer = await desk.trying(() => desk.web.post("prune", { exposure: id }), "tree")
    if (!answer) return
    gone = answer.gone
    const next = parent ?? all.findLast((one) => !gone.includes(one.id))?.id
    if (next) await desk.visit(next)
    else desk.change({ shot: null })
    desk.draw()
  }

  async function restore() {
    const back = gone
    if (!(await desk.trying(() => desk.web.post("restore", { exposures: back }), "tree"))) return
    gone = []
    await desk.visit(back.at(-1))
  }

  /** The arrow keys go to the parent, a child, a neighbour; also from elsewhere on the page. */
  function move(way) {
    const nodes = laid()
    const here = nodes.findIndex((one) => one.id === desk.shot.id)
    const next = { up: nodes[here - 1], down: nodes[here + 1] }[way]
    if (next) go(next)
  }

  function keys(event) {
    const chosen = event.key === "c" && family(desk).find((one) => one.id === event.target.dataset.id)
    if (chosen) {
      event.stopPropagation()
      event.preventDefault()
      return asB(chosen)
    }
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key]
    if (!way) return
    event.preventDefault()
    event.stopPropagation()
    const all = [...list.querySelectorAll(".branch")]
    all[all.indexOf(event.target) + (way === "up" ? -1 : 1)]?.focus()
  }

  return { node, update: () => desk.shot && draw(), name, prune, move, undo, restore: () => gone.length > 0 && restore() }
}

/** What is to be seen of one: of the open one while it grows its last step, of another what is kept, if anything is. */
function picture({ shot, live }, one) {
  if (one.id === shot.id && ["running", "waiting"].includes(one.state)) return live.get(one.taken - 1)?.pictures.thumbnail ?? null
  return one.taken > 0 ? `/exposures/${one.id}/thumbnail.webp?taken=${one.taken}` : null
}

/** The family as it was told, and the open one where it is too young to be in it. */
function family({ shot }) {
  const mine = { id: shot.id, parent: shot.parent, branch_step: shot.branch_step, taken: shot.taken, of: shot.of, state: shot.state, name: shot.name ?? "", prompt: shot.prompt,
    own: shot.alterations.slice(shot.alterations.length - shot.own) }
  return shot.tree.some((one) => one.id === shot.id) ? shot.tree.map((one) => (one.id === shot.id ? { ...one, ...mine } : one)) : [...shot.tree, mine]
}
