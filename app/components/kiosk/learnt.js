// What the program learnt from: every picture on one sheet that the server has, and each by its number.

import { el } from "../chain/dom.js"

const SIDE = 12 // pixels of a picture on the sheet
const MOST = 60_000 // of them, that are still seen one by one

let asked = null

/** How many pictures it learnt from, where that is told and they can be shown. */
export function learnt({ run }) {
  const count = run.first.program?.data.training?.pictures
  return count > 0 && count <= MOST ? count : null
}

/** The sheet; null where there is none. It is fetched once, and is the machine's own. */
export function sheet() {
  asked ??= loaded("/learnt/all.webp").catch(() => (asked = null))
  return asked
}

/** One of them, and what it was told with it, by language; null where it does not come. */
export async function numbered(n) {
  try {
    const [picture, answer] = await Promise.all([loaded(`/learnt/${n}.webp`), fetch(`/learnt/${n}.json`)])
    return { n, picture, said: (await answer.json()).said }
  } catch {
    return null
  }
}

async function loaded(src) {
  const image = el("img", { src, alt: "" })
  await image.decode()
  return image
}

/**
 * A field of as many squares as there are pictures, in the shape of its place: dots until the sheet is there.
 * `paint()` draws it, `at(event)` tells which picture lies under a touch, `frame(n)` where it lies, in shares.
 */
export function field(box, canvas, count) {
  let [across, down, wide, high] = [1, 1, 1, 1]

  async function paint() {
    if (!box.clientHeight) return
    measure()
    const brush = canvas.getContext("2d")
    brush.fillStyle = getComputedStyle(canvas).color
    const dot = Math.max(1, Math.round(wide * 0.55))
    each((n, x, y) => brush.fillRect(x, y, dot, dot))
    const [all, size] = [await sheet(), canvas.width * canvas.height]
    if (!all || size !== canvas.width * canvas.height) return
    const columns = Math.floor(all.naturalWidth / SIDE)
    brush.imageSmoothingQuality = "high"
    each((n, x, y) => brush.drawImage(all, (n % columns) * SIDE, Math.floor(n / columns) * SIDE, SIDE, SIDE, x, y, wide, high))
    canvas.dataset.pictures = count
  }

  /** In whole pixels, so that all are alike. */
  function measure() {
    const density = devicePixelRatio
    const [width, height] = [box.clientWidth * density, box.clientHeight * density]
    wide = Math.max(2, Math.floor(Math.sqrt((width * height) / count)))
    across = Math.min(count, Math.floor(width / wide))
    down = Math.ceil(count / across)
    high = Math.max(2, Math.floor(height / down))
    Object.assign(canvas, { width: across * wide, height: down * high })
    canvas.style.width = `${canvas.width / density}px`
  }

  function each(draw) {
    for (let n = 0; n < count; n += 1) draw(n, (n % across) * wide, Math.floor(n / across) * high)
  }

  return {
    paint,
    at(event) {
      const { left, top, width, height } = canvas.getBoundingClientRect()
      const [column, row] = [Math.floor(((event.clientX - left) / width) * across), Math.floor(((event.clientY - top) / height) * down)]
      return Math.max(0, Math.min(count - 1, row * across + Math.min(column, across - 1)))
    },
    frame: (n) => ({ left: (n % across) / across, top: Math.floor(n / across) / down, width: 1 / across, height: 1 / down }),
  }
}
