// What can be taken away: pictures, a sheet, films, the record, a script that repeats it.

import { el } from "../chain/dom.js"
import { renewed } from "./buttons.js"

const FILMS = { gif: ["run.gif", "GIF"], png: ["run.png", "APNG"], mp4: ["run.mp4", "MP4"] }

export function take(desk) {
  const { speak, web } = desk
  const list = el("ul", { class: "takes" })
  const node = el("details", { class: "group take-part" }, el("summary", {}, el("span", {}, speak.say("take"))), list)
  let formats = null
  node.addEventListener("toggle", async () => {
    if (!node.open || formats) return
    formats = (await web.read("/darkroom/formats.json").catch(() => ({}))).animation ?? []
    desk.draw()
  })
  return {
    node,
    update() {
      const { shot, other } = desk
      if (!shot) return
      renewed(list, [shot.id, shot.state, shot.taken, formats, other?.id], () => {
        const place = (file) => web.spoken(`/darkroom/${shot.id}/take/${file}`)
        const kept = (file) => `/exposures/${shot.id}/${file}`
        const films = (formats ?? []).filter((one) => FILMS[one])
        return [
          shot.state === "finished" && link("take_picture", "PNG", kept("picture.png")),
          shot.state === "finished" && el("li", {}, el("a", { href: `/retouch?id=${shot.id}&lang=${desk.data.lang}` }, el("span", {}, speak.say("into_retouch")))),
          link("take_sheet", "PNG", place("sheet.png")), link("take_sheet", "PDF", place("sheet.pdf")),
          ...films.map((one) => link("take_run", FILMS[one][1], place(FILMS[one][0]))),
          ...(other && other.id !== shot.id ? films.map((one) => link("take_walk", FILMS[one][1], place(`walk.${one}?to=${other.id}`))) : []),
          link("take_script", "Python", place("repeat.py")), link("take_record", "JSON", kept("record.json")), link("take_tensors", "safetensors", kept("tensors.safetensors")),
        ]
      })
    },
  }

  function link(key, kind, href) {
    return el("li", {}, el("a", { href, download: "" }, el("span", {}, speak.say(key)), " ", el("span", { class: "computed" }, kind)))
  }
}
