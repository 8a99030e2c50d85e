// The loops there are, newest first.

import { el } from "../chain/dom.js"
import { renewed } from "../darkroom/buttons.js"

const STATES = ["running", "finished", "cancelled", "failed"]

export function earlier(page) {
  const { speak } = page
  const list = el("ul", { class: "earlier" })
  const node = el("section", { class: "earlier-loops", "aria-labelledby": "earlier-loops" }, el("h2", { id: "earlier-loops" }, speak.say("earlier")), list)
  const day = new Intl.DateTimeFormat(speak.lang, { dateStyle: "medium", timeStyle: "short" })
  let loops = null

  const one = ({ id, created, state, prompt, made, of, picture, parent }) =>
    el("li", {}, el("a", { href: `/loop?id=${id}&lang=${speak.lang}`, onclick: (event) => go(event, id) },
      el("span", { class: "thumb-of" }, picture && el("img", { src: `/exposures/${picture}/thumbnail.webp`, alt: "", loading: "lazy", width: 64, height: 64 })),
      el("span", { class: "earlier-told" }, el("span", { class: "person", dir: "auto" }, prompt), el("span", { class: "note" },
        [day.format(new Date(created)), speak.say("made_of", { made: speak.whole(made), of: speak.whole(of) }), speak.say(STATES.includes(state) ? `state_${state}_loop` : `state_${state}`), parent && speak.say("who_left")].filter(Boolean).join(" · ")))))

  function go(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    page.enter(id).then(() => scrollTo({ top: 0 }))
  }

  return {
    node,
    async read() {
      const said = await page.web.read("/loops.json").catch(() => null)
      if (!said) return
      loops = said.loops
      page.draw()
    },
    update() {
      node.hidden = !loops
      if (loops) renewed(list, loops.map(({ id, state, made }) => [id, state, made]), () => (loops.length ? loops.map(one) : el("li", { class: "note" }, speak.say("no_loops"))))
    },
  }
}
