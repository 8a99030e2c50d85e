// Latents become pixels: how many numbers became how many.

import { arrow, el } from "../dom.js"
import { figure } from "../figures.js"
import { kept, newestPicture } from "../run.js"

export default function decode({ data, pictures }, { speak, pictureUrl, darkroomUrl, retouchUrl, nearUrl, near }, run) {
  const final = kept(run) ? (run.first.distribute?.data.url ?? pictureUrl) : null
  const becomes = el("div", { class: "becomes" },
    figure(pictures.latents ?? run.first.noise.pictures.latents, {
      raw: true, size: "small", alt: speak.say("latents_alt"), caption: speak.counted("numbers", data.numbers_in),
    }),
    el("div", { class: "becomes-sign" }, arrow(), el("span", {}, speak.say("times_more", { times: speak.number(data.numbers_out / data.numbers_in) }))),
    figure(final ?? newestPicture(run), {
      size: "large", ratio: data.width / data.height, alt: run.first.prompt?.data.prompt ?? "",
      caption: [speak.counted("numbers", data.numbers_out), el("br"), speak.say("pixels_caption", { width: data.width, height: data.height })],
    }))
  const closer = [
    nearUrl && onward(nearUrl, speak.say("look_near"), near),
    darkroomUrl && el("a", { class: "quiet", href: darkroomUrl }, speak.say("into_darkroom")),
    retouchUrl && el("a", { class: "quiet", href: retouchUrl }, speak.say("into_retouch")),
  ]
  return [becomes, final && closer.map((link) => link && el("p", {}, link))]
}

/** A link that also works by itself; with a click alone the app goes there without being loaded anew. */
function onward(address, text, go) {
  const take = (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return
    click.preventDefault()
    go()
  }
  return el("a", { class: "quiet", href: address, onclick: take }, text)
}
