// The picture to begin with, large, and the brush over it.

import { el } from "../chain/dom.js"
import { button, slider } from "../darkroom/buttons.js"
import { mask } from "../darkroom/mask.js"
import { easel } from "../darkroom/paint.js"

/** `kept` is what `painted` said of a page that stood here. */
export function table(page, kept = null) {
  const { speak } = page
  const brush = { on: false, eraser: false, size: 3 }
  let before = [] // the region as it was, stroke by stroke
  let of = null // the picture that it is painted on
  const bench = { region: () => page.mask, at: () => 0, remember: () => {
    before = [...before.slice(-99), page.mask.texts()]
  } }
  const painting = easel({ speak, bench, draw: page.draw, running: () => false, place: () => ({ key: "picture" }), way: "clean" }, brush)
  const image = el("img", { alt: speak.say("source_alt") })
  const glass = el("div", { class: "glass" }, image, painting.node)
  const whole = (what) => () => {
    bench.remember()
    page.mask[what]()
    page.draw()
  }
  const undo = button(speak.say("undo_stroke"), () => {
    page.mask.read(before.pop())
    page.draw()
  })
  const eraser = button(speak.say("eraser"), () => {
    brush.eraser = !brush.eraser
    page.draw()
  })
  const clear = button(speak.say("clear"), whole("clear"))
  const size = slider({ label: speak.say("brush_size"), min: 1, max: 12, step: 1, value: brush.size, tell: (value) => speak.count("cells", value), hear: (value) => {
    brush.size = value
    page.draw()
  } })
  const painted = el("p", { class: "note", role: "status" })
  const tools = el("div", { class: "tools", hidden: true }, el("div", { class: "row" }, eraser, undo, button(speak.say("invert"), whole("invert")), clear), size.node, painted)

  return {
    node: el("section", { class: "bench-part", "aria-label": speak.say("source_alt") }, glass, button(speak.say("another_picture"), page.leave, "small-act leave")),
    tools,
    /** Another picture: nothing is painted on it. What was painted on this very one stays. */
    begin() {
      const { url, width, height, rows, columns } = page.source
      image.src = url
      glass.style.setProperty("--ratio", width / height)
      if (url === of && page.mask?.rows === rows && page.mask.columns === columns) return
      of = url
      page.mask = rows ? mask(rows, columns) : null
      if (rows && kept?.url === url && kept.texts.length === rows) page.mask.read(kept.texts)
      before = []
    },
    painted: () => page.mask && { url: of, texts: page.mask.texts() },
    update() {
      if (!page.source) return
      brush.on = page.way === "inpaint" && !page.running && Boolean(page.mask)
      tools.hidden = page.way !== "inpaint"
      painting.update()
      if (!page.mask) return
      if (page.way !== "inpaint") painting.node.hidden = true
      eraser.setAttribute("aria-pressed", `${brush.eraser}`)
      const count = page.mask.count()
      undo.disabled = !before.length
      clear.disabled = !count
      painted.textContent = count ? speak.say("painted", { cells: speak.count("cells", count), share: speak.percent(count / (page.source.rows * page.source.columns)) }) : speak.say("painted_none")
    },
  }
}
