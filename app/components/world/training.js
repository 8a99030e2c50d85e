// The pictures it learnt from: a handful at a time, drawn by chance, or any one by its number.

import { el } from "../chain/dom.js"

const HANDFUL = 8
const MOST = 999_999_999 // the highest number that can be asked for

/** A handful of pictures with their captions, a button for another, a field for one number. */
export function training({ data, speak }) {
  const list = el("ul", { class: "handful" })
  const bound = data.learnt ?? MOST + 1
  const draw = () => Array.from({ length: HANDFUL }, () => Math.floor(Math.random() * bound))
  const show = (numbers) => list.replaceChildren(...numbers.map((n) => shown(n, data, speak)))
  const refused = el("p", { class: "warning", role: "alert", hidden: true }, speak.say("bad_number", { most: speak.whole(MOST) }))
  const input = el("input", { id: "program-number", inputmode: "numeric", autocomplete: "off", maxlength: "9", size: "9" })
  const submit = (event) => {
    event.preventDefault()
    const asked = input.value.replace(/[\s.,\u202f]/g, "")
    const valid = /^\d{1,9}$/.test(asked)
    refused.hidden = valid
    if (valid) show([Number(asked)])
  }
  show(draw())
  return [
    data.learnt && el("p", {}, speak.say("learnt_from", { count: speak.whole(data.learnt), share: tiny(data.learnt / data.extent.scenes, speak.lang) })),
    el("form", { class: "draw", novalidate: true, onsubmit: submit },
      el("button", { type: "button", class: "second", onclick: () => show(draw()) }, speak.say("another")),
      el("span", { class: "by-number" }, el("label", { for: "program-number" }, speak.say("number")), input, el("button", { type: "submit", class: "second" }, speak.say("show")))),
    refused,
    list,
  ]
}

/** A share too small for a percentage, in full decimals. */
const tiny = (share, lang) => new Intl.NumberFormat(lang, { style: "percent", maximumSignificantDigits: 2, maximumFractionDigits: 12 }).format(share)

function shown(n, data, speak) {
  const image = el("img", { src: `/world/pictures/${n}.webp`, alt: speak.say("picture_number", { n }), loading: "lazy", decoding: "async", width: 256, height: 256 })
  const said = el("div", { class: "said" })
  fetch(`/world/pictures/${n}.json`).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer))).then(({ said: captions }) => {
    image.alt = captions[speak.lang]
    said.replaceChildren(...["fr", "en"].map((lang) => el("p", { lang }, captions[lang])))
  }).catch(() => said.replaceChildren(el("p", { class: "note" }, speak.say("picture_missing"))))
  return el("li", {}, image, el("p", { class: "computed" }, speak.say("picture_number", { n: speak.whole(n) })), said,
    data.learnt !== null && n >= data.learnt && el("p", { class: "note" }, speak.say("never_seen")))
}
