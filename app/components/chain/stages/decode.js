// Latents become pixels: how many numbers became how many.

import { arrow, el } from "../dom.js"
import { figure } from "../figures.js"
import { kept, newestPicture } from "../run.js"

export default function decode({ data, pictures }, { speak, pictureUrl }, run) {
  const final = kept(run) ? (run.first.distribute?.data.url ?? pictureUrl) : null
  return el("div", { class: "becomes" },
    figure(pictures.latents ?? run.first.noise.pictures.latents, {
      raw: true, size: "small", alt: speak.say("latents_alt"), caption: speak.counted("numbers", data.numbers_in),
    }),
    el("div", { class: "becomes-sign" }, arrow(), el("span", {}, speak.say("times_more", { times: speak.number(data.numbers_out / data.numbers_in) }))),
    figure(final ?? newestPicture(run), {
      size: "large", ratio: data.width / data.height, alt: run.first.prompt?.data.prompt ?? "",
      caption: [speak.counted("numbers", data.numbers_out), el("br"), speak.say("pixels_caption", { width: data.width, height: data.height })],
    }))
}
