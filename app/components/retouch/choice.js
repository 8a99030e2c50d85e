// Which picture to begin with: one that is dropped or chosen from the disk, or one that was made here.

import { el } from "../chain/dom.js"

export function choice(page) {
  const { speak, data } = page
  const file = el("input", { type: "file", accept: "image/*", id: "retouch-file", class: "unseen", onchange: () => file.files[0] && send(file.files[0]) })
  const zone = el("div", { class: "zone", ondragover: over, ondragleave: () => zone.classList.remove("over"), ondrop: dropped },
    el("p", {}, speak.say("drop_here")), file, el("label", { for: "retouch-file", class: "small-act" }, speak.say("choose_file")))
  const recent = data.recent.map(({ id, prompt }) => el("li", {}, el("button", { type: "button", class: "recent", onclick: () => page.take({ id }) },
    el("img", { alt: "", loading: "lazy", src: `/exposures/${id}/thumbnail.webp` }), el("span", { class: "person", dir: "auto" }, prompt || speak.say("no_word")))))
  const node = el("section", { class: "choosing" }, el("h2", {}, speak.say("choose_picture")), zone,
    recent.length > 0 && el("h3", {}, speak.say("recent")), el("ul", { class: "recents" }, recent))

  function over(event) {
    event.preventDefault()
    zone.classList.add("over")
  }

  function dropped(event) {
    event.preventDefault()
    zone.classList.remove("over")
    if (event.dataTransfer.files[0]) send(event.dataTransfer.files[0])
  }

  async function send(one) {
    if (one.size > data.heaviest) return page.change({ notice: speak.say("too_heavy", { most: speak.bytes(data.heaviest) }) })
    const picture = await page.trying(async () => {
      const { picture } = await page.web.send(`/retouch/picture?model=${encodeURIComponent(data.model)}`, one)
      return picture
    })
    file.value = ""
    if (picture) page.take({ picture })
  }

  return {
    node,
    update: () => (node.hidden = Boolean(page.source)),
  }
}
