// A picture it made, beside the training pictures nearest to it: by its own CLIP, and by pixels.

import { el } from "../chain/dom.js"
import { computed } from "../chain/language.js"

const SIDE = 12 // of the thumbnails whose pixels are compared, as apparatus.neighbours has it

/** The exposures to choose from, then what the one that is chosen comes near to; `look` is told which. */
export function near({ data, speak, look }) {
  const { plates, asked } = data.near
  const found = el("div", { class: "compared" })
  const status = el("p", { class: "note", role: "status" })
  const links = plates.map((plate) => choice(plate, speak, (exposure) => {
    look(exposure)
    choose(exposure)
  }))
  let wanted = null
  async function choose(exposure) {
    wanted = exposure
    links.forEach((link) => (link.dataset.exposure === exposure ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")))
    found.replaceChildren()
    status.textContent = speak.say("near_looking")
    const answer = await answered(exposure)
    if (wanted !== exposure) return
    const known = answer && !answer.problem
    status.textContent = known ? "" : speak.say(answer ? "near_missing" : "near_lost")
    if (known) found.replaceChildren(...compared(exposure, answer, speak))
  }
  if (asked) choose(asked)
  return [
    el("p", { class: "honest" }, speak.say("near_honest")),
    el("p", {}, speak.say(plates.length ? "near_choose" : "near_nothing")),
    plates.length > 0 && el("ul", { class: "choices" }, links.map((link) => el("li", {}, link))),
    status, found,
  ]
}

/** A link that also works by itself; with a click alone the page stays. */
function choice({ id, picture, caption }, speak, choose) {
  const take = (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return
    click.preventDefault()
    choose(id)
  }
  const image = el("img", { src: picture, alt: caption, loading: "lazy", decoding: "async", width: 128, height: 128 })
  return el("a", { href: `/program?exposure=${id}&lang=${speak.lang}`, "data-exposure": id, title: caption, onclick: take }, image)
}

/** What the server says: the nearest, or a `problem`; null where there is no such picture. */
async function answered(exposure) {
  const answer = await fetch(`/world/near/${encodeURIComponent(exposure)}.json`).catch(() => null)
  return answer && (answer.ok || answer.status === 503) ? answer.json().catch(() => null) : null
}

function compared(exposure, found, speak) {
  const alt = found.prompt || speak.say("prompt_empty")
  return [
    el("figure", { class: "exposed" }, el("img", { src: `/exposures/${exposure}/picture.png`, alt, width: 256, height: 256 }),
      el("figcaption", { class: found.prompt ? "person" : null, dir: "auto" }, alt)),
    el("div", { class: "ways" },
      found.clip ? way("clip", found.clip, ({ likeness }) => speak.rounded(likeness), speak) : el("p", { class: "note" }, speak.say("near_unseen")),
      way("pixels", found.pixels, ({ difference }) => speak.number(difference), speak),
      el("p", { class: "note" }, speak.say("near_among", { count: speak.whole(found.among) }))),
  ]
}

/** The nearest in one way of looking, the nearest first. */
function way(name, nearest, figure, speak) {
  const heading = `program-near-${name}`
  return el("section", { class: "way-near", "aria-labelledby": heading }, el("h3", { id: heading }, speak.say(`near_${name}`)),
    el("p", { class: "note" }, speak.say(`near_${name}_plain`, { side: SIDE })),
    el("ol", { class: "nearest" }, nearest.map((one) => shown(one.n, speak.say(`near_${name}_figure`, { value: figure(one) }), speak))))
}

function shown(n, figure, speak) {
  const number = speak.say("picture_number", { n: speak.whole(n) })
  const image = el("img", { src: `/world/pictures/${n}.webp`, alt: number, loading: "lazy", decoding: "async", width: 256, height: 256 })
  const said = el("p", { class: "caption" })
  fetch(`/world/pictures/${n}.json`).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer))).then(({ said: captions }) => {
    image.alt = captions[speak.lang]
    said.textContent = captions[speak.lang]
  }).catch(() => said.replaceChildren(speak.say("picture_missing")))
  return el("li", {}, image, el("p", {}, computed(number)), el("p", {}, computed(figure)), said)
}
