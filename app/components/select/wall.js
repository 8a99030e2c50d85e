// The sheet of candidates; once somebody kept one, the kept side by side and the wall of the rejected.

import { el, mark } from "../chain/dom.js"
import { computed } from "../chain/language.js"
import { screen } from "../chain/screen.js"
import { scorer } from "../chain/stages/select.js"
import { button, renewed } from "../darkroom/buttons.js"

export function wall(page) {
  const { speak } = page
  const acts = el("div", { class: "sorting" })
  const kept = el("section", { class: "kept-part", hidden: true })
  const title = el("h2", {})
  const plain = el("p", { class: "note" })
  const list = el("ul", { class: "plates" })
  let living = { id: null, plate: screen() }
  const node = el("div", { class: "walls" }, kept, el("section", { class: "sheet-part" }, title, plain, acts, list))

  const score = (one) => one.scores.find(({ by }) => by === page.by)
  const rank = (one, by = page.by) => page.batch.orders[by].indexOf(one.id) + 1

  /** All in the order that is chosen: those without a score come last. */
  function sorted(all) {
    const order = page.batch.orders[page.by]
    const place = (one) => (order?.includes(one.id) ? order.indexOf(one.id) : Infinity)
    return order ? all.toSorted((a, b) => place(a) - place(b) || a.number - b.number) : all
  }

  /** Where the one that is made is seen: a plate of its own, so that no other's picture fades into it. */
  function seen(id) {
    if (living.id !== id) living = { id, plate: screen() }
    return living.plate.node
  }

  function plate(one) {
    const now = one.id === page.live?.id && page.live.state === "running"
    const ended = one.state === "finished" ? null : now ? "ended_now" : speak.has(`ended_${one.state}`) ? `ended_${one.state}` : "ended_other"
    const said = score(one)
    const name = speak.say("candidate", { number: one.number })
    const frame = el("span", { class: "frame-of" }, one.id === page.live?.id ? seen(one.id) : !ended && el("img", { alt: "", loading: "lazy", src: `/exposures/${one.id}/thumbnail.webp` }))
    const marks = page.batch.kept.filter(({ id }) => id === one.id).map(({ who }) => mark(who))
    const words = el("span", { class: "plate-told" }, el("span", {}, name), marks, ended ? el("span", { class: "note" }, speak.say(ended)) : said && computed(speak.number(said.value)))
    if (ended) return el("li", { class: "empty-plate" }, frame, words)
    return el("li", {}, el("button", { type: "button", class: "plate-of", "data-id": one.id, onclick: () => page.change({ chosen: page.chosen === one.id ? null : one.id }) }, frame, words))
  }

  /** By what they are sorted, and the program's choice by that. */
  function sorting() {
    const scores = Object.keys(page.batch.orders)
    if (!scores.length) return page.coming().length ? [] : [el("p", { class: "note" }, speak.say("nobody_scores"))]
    const way = (by) => el("button", { type: "button", class: "way", "aria-pressed": `${page.by === by}`, onclick: () => page.change({ by }) }, by ? scorer(by, speak) : speak.say("sort_made"))
    const done = page.keeps("program").some(({ by }) => by === page.by)
    const program = page.by && !done && !page.coming().length && button(speak.say("program_keeps", { by: scorer(page.by, speak) }), () => page.keep({ batch: page.batch.batch, by: page.by }), "small-act program-act")
    return [el("span", { class: "note" }, speak.say("sort")), el("div", { class: "ways", role: "group", "aria-label": speak.say("sort") }, ["", ...scores].map(way)), program]
  }

  function choice({ who, by, id }) {
    const said = who === "person" ? speak.say("kept_by_person") : speak.say("kept_by_program", { by: scorer(by, speak) })
    return el("figure", { class: "kept-one" }, el("button", { type: "button", class: "plate-of", "data-id": id, onclick: () => page.change({ chosen: id }) }, el("img", { src: `/exposures/${id}/picture.png`, alt: said })),
      el("figcaption", {}, mark(who), " ", said))
  }

  /** How the person and the program agree, a sentence for each score the program kept one by. */
  function agreement() {
    const [person] = page.keeps("person")
    const mine = person && page.batch.candidates.find(({ id }) => id === person.id)
    if (!mine) return []
    return page.keeps("program").filter(({ by }) => page.batch.orders[by]).map(({ by, id }) => el("p", {}, id === mine.id ? speak.say("agree")
      : speak.say("differ", { by: scorer(by, speak), place: rank(mine, by), of: page.batch.orders[by].length })))
  }

  return {
    node,
    update() {
      const { batch } = page
      if (!batch) return
      const ids = new Set(batch.kept.map(({ id }) => id))
      const others = sorted(batch.candidates.filter(({ id }) => !ids.has(id)))
      kept.hidden = !ids.size
      node.classList.toggle("chosen-from", ids.size > 0)
      renewed(kept, [batch.kept, batch.orders], () => [el("h2", {}, speak.say("kept_title")), el("div", { class: "kept-ones" },
        [...page.keeps("person"), ...page.keeps("program")].map(choice)), agreement()])
      title.textContent = speak.say(ids.size ? "rejected_title" : "sheet")
      plain.textContent = ids.size ? (others.length ? speak.count("rejected_plain", others.length) : "") : page.made().length ? speak.say("choose_one") : ""
      const held = node.getRootNode().activeElement?.dataset.id
      const anew = renewed(list, [others, batch.kept, page.by, page.live?.id, page.live?.state], () => others.map(plate))
      renewed(acts, [Object.keys(batch.orders), page.by, batch.kept, page.coming().length > 0, batch.batch], sorting)
      if (anew && held) list.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus() // what was pressed was drawn anew
      node.querySelectorAll(".plate-of").forEach((one) => one.setAttribute("aria-pressed", `${one.dataset.id === page.chosen}`))
      const picture = living.id === page.live?.id ? page.live?.picture : null
      living.plate.node.hidden = !picture
      if (picture) living.plate.show(picture, { alt: "", raw: !page.live.step })
    },
  }
}
