// A participant's own pictures, newest first: what waits, what is being made, what is there.

import { el, say } from "./page.js"
import { wish } from "./wish.js"

/** `page` has what its pictures need: `open`, `take`, `announce`; and `outbox`, of what was not heard yet. */
export function mine(page) {
  const unheard = el("ul", { class: "unheard" })
  const none = el("p", { class: "note" }, say("mine_none"))
  const list = el("ol", { class: "wishes" })
  const title = el("h2", { id: "mine", tabindex: "-1" }, say("mine"))
  const node = el("section", { class: "mine", "aria-labelledby": "mine" }, title, unheard, none, list)
  const wishes = new Map() // by the page's own key

  const unsent = (one) => el("li", {}, el("p", { class: "written", dir: "auto" }, one.prompt || say("no_words")), el("p", { class: "note" }, say("unsent")),
    el("button", { type: "button", class: "quiet", onclick: () => page.outbox.drop(one) }, say("unsent_drop")))

  /** In the order in which they were asked for, the newest first; none is moved that stands where it should. */
  function laid(groups) {
    let after = null
    for (const [key, tickets] of groups) {
      const here = wishes.get(key) ?? wish(page)
      wishes.set(key, here)
      here.update(tickets)
      const place = after ? after.nextSibling : list.firstChild
      if (place !== here.node) list.insertBefore(here.node, place)
      after = here.node
    }
    for (const [key, one] of wishes) {
      if (groups.has(key)) continue
      one.node.remove()
      wishes.delete(key)
    }
  }

  return {
    node,
    update(state) {
      const groups = grouped(state.mine)
      none.hidden = groups.size > 0 || unheard.childElementCount > 0
      laid(groups)
    },
    step(told) {
      for (const one of wishes.values()) one.step(told)
    },
    /** What could not be sent yet. */
    waiting() {
      unheard.replaceChildren(...page.outbox.unheard().map(unsent))
      if (unheard.childElementCount) none.hidden = true
    },
    /** Where what was just asked for is seen. */
    show: () => title.scrollIntoView({ block: "start", behavior: "smooth" }),
    back: () => wishes.forEach((one) => one.back()),
  }
}

/** By wish; a phone that is a few years old has no Map.groupBy. */
function grouped(tickets) {
  const groups = new Map()
  for (const one of tickets) groups.set(one.wish, [...(groups.get(one.wish) ?? []), one])
  return groups
}
