// A picture that began with another: both, how they differ, and how much of that is the autoencoder's own.

import { curtain } from "../curtain.js"
import { el } from "../dom.js"
import { facts, figure } from "../figures.js"
import { kept, newestPicture } from "../run.js"

export default function retouch(event, kit, run) {
  const { data } = event
  const { speak } = kit
  const exposure = /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(data.source)
  const from = exposure ? el("a", { href: `/?exposure=${data.source}&lang=${speak.lang}` }, speak.say("another_exposure")) : speak.say("from_elsewhere")
  return [compared(event, kit, run), facts([
    [speak.say("way_taken"), el("span", {}, speak.say(`way_${data.way}`))],
    data.strength !== null && [speak.say("strength"), speak.percent(data.strength)],
    [speak.say("began_with"), el("span", {}, from)],
  ])]
}

/** Before and after, their differences, and a plain sentence for each number. */
export function compared({ data, pictures }, { speak, pictureUrl }, run) {
  const { width, height } = run.first.decode?.data ?? { width: 1, height: 1 }
  const after = kept(run) ? (run.first.distribute?.data.url ?? pictureUrl) : newestPicture(run)
  const told = el("ul", { class: "plainly" }, sentences(data, speak).map((one) => el("li", {}, one)))
  if (!pictures.before || !after) return [told]
  const prompt = run.first.prompt?.data.prompt ?? ""
  return [
    curtain({ before: pictures.before, after, ratio: width / height, names: [speak.say("before"), speak.say("after")],
      alts: [speak.say("before"), prompt || speak.say("after")], label: speak.say("curtain_seam") }),
    told,
    el("div", { class: "pair thirds" },
      figure(pictures.difference, { alt: speak.say("difference_alt"), caption: speak.say("difference_caption", { times: data.gain }) }),
      pictures.own && figure(pictures.own, { alt: speak.say("own_alt"), caption: speak.say("own_caption", { times: data.gain }) }),
      data.mask.length > 0 && painted(pictures.before, data.mask, speak)),
  ]
}

/** What was painted, over the picture it was painted on. */
function painted(before, mask, speak) {
  const canvas = el("canvas", { width: mask[0].length, height: mask.length, "aria-hidden": "true" })
  const ink = canvas.getContext("2d")
  ink.fillStyle = "rgb(214 42 30 / 0.6)"
  mask.forEach((row, y) => [...row].forEach((cell, x) => cell === "#" && ink.fillRect(x, y, 1, 1)))
  const shown = figure(before, { alt: speak.say("painted_alt"), caption: speak.say("painted_caption") })
  const image = shown.querySelector("img")
  const over = el("div", { class: "painted-over" })
  image.replaceWith(over)
  over.append(image, canvas)
  return shown
}

/** What a retouch did, a plain sentence a number; levels go from 0 to 255. */
function sentences({ inside, outside, greatest, untouched, own }, speak) {
  const levels = (value) => speak.rounded(value)
  const alone = own !== null && speak.say(outside === null ? "own_all" : "own_there", { value: levels(own) })
  if (outside === null) return [speak.say("changed_all", { value: levels(inside) }), alone].filter(Boolean)
  const same = Math.floor(untouched * 100) / 100 // never "100 %" while one pixel differs
  const rest = untouched === 1 ? speak.say("untouched_all")
    : speak.say("untouched_part", { share: speak.percent(same), value: levels(outside / (1 - untouched)), greatest: speak.whole(greatest) })
  const over = untouched < 1 && speak.say("outside_mean", { value: levels(outside) })
  return [speak.say("changed_inside", { value: levels(inside) }), rest, [over, alone].filter(Boolean).join(" ")].filter(Boolean)
}
