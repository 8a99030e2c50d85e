// The inspector: what the place at the cursor is made of, in five tabs.

import { el } from "../chain/dom.js"
import { encoder } from "./encoder.js"
import { numbers } from "./numbers.js"
import { path } from "./path.js"
import { apart } from "./apart.js"
import { words } from "./words.js"

const TABS = { words, apart, encoder, path, numbers }

export function inspect(desk) {
  const { speak } = desk
  const names = Object.keys(TABS)
  const panes = names.map((name) => {
    const pane = TABS[name](desk)
    const node = el("div", { role: "tabpanel", id: `darkroom-pane-${name}`, "aria-labelledby": `darkroom-tab-${name}`, class: `pane pane-${name}`, hidden: true }, pane.node)
    return { ...pane, name, node }
  })
  const tabs = names.map((name) => el("button", { type: "button", role: "tab", id: `darkroom-tab-${name}`, "aria-controls": `darkroom-pane-${name}`, class: "tab", onclick: () => desk.change({ tab: name }) }, speak.say(`tab_${name}`)))
  const bar = el("div", { class: "tabs", role: "tablist", "aria-label": speak.say("inspect"), onkeydown: walk, "data-walk": "inspect" }, tabs)

  function walk(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    const next = (names.indexOf(desk.tab) + by + names.length) % names.length
    desk.change({ tab: names[next] })
    tabs[next].focus()
  }

  return {
    node: el("div", { class: "inspect-body" }, bar, panes.map((pane) => pane.node)),
    update() {
      tabs.forEach((tab, at) => {
        const chosen = names[at] === desk.tab
        tab.setAttribute("aria-selected", `${chosen}`)
        tab.tabIndex = chosen ? 0 : -1
        panes[at].node.hidden = !chosen
        if (chosen && desk.shot) panes[at].update()
      })
    },
  }
}
