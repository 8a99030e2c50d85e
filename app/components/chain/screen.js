// A plate on which one picture follows another by fading, never by flashing.

import { el, stillness } from "./dom.js"

const REST = 340 // ms: at most three changes a second, whatever one does with the slider

/** Do at most one in `rest` ms: the first at once, then the newest of those that came meanwhile. */
export function paced(act, rest = REST) {
  let since = -Infinity
  let timer = null
  let wanted = null
  const change = () => {
    timer = null
    since = performance.now()
    act(...wanted)
  }
  return (...given) => {
    wanted = given
    const wait = since + (stillness() ? 3 * rest : rest) - performance.now()
    if (wait <= 0) change()
    else timer ??= setTimeout(change, wait)
  }
}

/** The highest of a small grey picture's values, 1 to 255. */
function brightest(image) {
  const { naturalWidth: width, naturalHeight: height } = image
  const canvas = Object.assign(document.createElement("canvas"), { width, height })
  const brush = canvas.getContext("2d", { willReadFrequently: true })
  if (!width || !brush) return 255
  brush.drawImage(image, 0, 0)
  const values = brush.getImageData(0, 0, width, height).data
  return values.reduce((most, value, at) => (at % 4 === 0 && value > most ? value : most), 1)
}

/** `node`, and `show(source, {alt, raw, over})`; `over` is a light laid over the picture (white = seen). */
export function screen({ raw = false } = {}) {
  const layers = [el("img", { alt: "" }), el("img", { alt: "" })]
  const lights = ["light", "glow"].map((kind) => el("img", { class: `${kind} raw`, alt: "", hidden: true })) // the glow is for dark pictures
  const node = el("div", { class: "screen" }, layers, lights)
  let front = 0

  function change(source, { alt, raw: rough = raw, over }) {
    const same = layers[front].src === source
    if (!same) front = 1 - front
    const [now, before] = [layers[front], layers[1 - front]]
    now.src = source
    now.alt = alt
    before.alt = ""
    now.classList.toggle("raw", rough)
    now.classList.add("front")
    before.classList.remove("front")
    lights.forEach((light) => (light.hidden = !over))
    if (over) shine(over)
  }

  /** The brightest place of the map gets full light, so that a faint one can be seen as well. */
  async function shine(map) {
    lights.forEach((light) => (light.src = map))
    await lights[0].decode().catch(() => {})
    lights.forEach((light) => (light.style.filter = `brightness(${255 / brightest(lights[0])})`))
  }

  return { node, show: paced(change) }
}
