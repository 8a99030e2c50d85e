// The heart: noise becomes a picture, step by step. What one looks at here (step, word) is the reader's own
// and lives here; the steps themselves live in the run.

import { el, icon, stillness } from "../dom.js"
import { facts, movement } from "../figures.js"
import { stepsIn } from "../run.js"
import { screen } from "../screen.js"

const PACE = 450 // ms between two pictures when they change by themselves: never three flashes a second
const ICONS = {
  play: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  back: "M15 4 7 12l8 8", on: "M9 4l8 8-8 8", live: "M4 12h12M11 6l6 6-6 6M20 5v14",
}

export function open(body, kit) {
  let desk = null
  return {
    update(run) {
      if (!run.steps.length) return
      desk ??= lightTable(body, kit, run.steps.find(Boolean).data.of, run.first.prompt?.data)
      desk.update(run)
    },
    close: () => desk?.close(),
  }
}

/** The table on which the steps lie: pictures, words, timeline, numbers. */
function lightTable(body, kit, of, asked) {
  const { speak } = kit
  const view = { shown: -1, follow: true, word: null, timer: null }
  let run = null

  const pictures = plates(kit)
  const words = wordRow(kit, (word) => {
    view.word = view.word === word ? null : word
    draw()
  })
  const line = timeline(kit, of, { seek, toggle, move: (by) => seek(view.shown + by), live })
  const numbers = el("div", { class: "numbers" })
  const ratio = asked ? asked.width / asked.height : 1
  body.replaceChildren(el("div", { class: "table", style: { "--ratio": ratio || 1 } }, pictures.node, pictures.side, numbers, line.node, words.node))

  const last = () => stepsIn(run) - 1

  function seek(index) {
    view.follow = false
    show(Math.max(0, Math.min(last(), index)))
  }

  function show(index) {
    if (index < 0 || index === view.shown) return
    view.shown = index
    draw()
  }

  function live() {
    stop()
    view.follow = true
    show(last())
    line.update(run, view)
  }

  /** Play from here (from the start, if at the end); touching again stops. */
  function toggle() {
    if (view.timer && !view.follow) return stop()
    stop()
    view.follow = false
    if (view.shown >= last()) show(0)
    view.timer = setInterval(() => (view.shown < last() ? show(view.shown + 1) : stop()), PACE)
    line.update(run, view)
  }

  function stop() {
    clearInterval(view.timer)
    view.timer = null
    if (run) line.update(run, view)
  }

  function draw() {
    const step = run.steps[view.shown]
    pictures.show(step, view.word)
    words.show(step, view.word)
    numbers.replaceChildren(stepNumbers(step.data, kit))
    line.update(run, view)
  }

  /** Follow the newest step at our own pace: what came meanwhile is kept, only not flashed. */
  let due = 0
  function followOn() {
    const wait = Math.max(0, due - performance.now())
    clearTimeout(view.next)
    view.next = setTimeout(() => {
      if (!view.follow) return
      due = performance.now() + (stillness() ? 1000 : PACE)
      show(last())
    }, wait)
  }

  return {
    update(next) {
      run = next
      if (view.shown < 0) show(0)
      line.update(run, view)
      if (view.follow) followOn()
    },
    close() {
      clearInterval(view.timer)
      clearTimeout(view.next)
    },
  }
}

/** The predicted clean picture, large; the latents and the guidance beside it. */
function plates({ speak, term }) {
  const large = screen()
  const latents = screen({ raw: true })
  const guidance = screen({ raw: true })
  const caption = (text) => el("figcaption", {}, text)
  const guided = el("figure", { class: "picture" }, guidance.node, caption([speak.say("guidance_caption")]))
  const plain = caption(term("denoised", speak.say("denoised_caption")))
  const lit = caption("")
  const rough = caption("")
  const plate = el("figure", { class: "picture plate" }, large.node, plain, lit, rough)
  const held = el("figure", { class: "picture" }, latents.node, caption(term("latents", speak.say("latents_caption"))))
  return {
    node: plate,
    side: el("div", { class: "side-plates" }, held, guided),
    /** What was not recorded (a run that broke off, a pipeline of a class unknown) has no place. */
    show({ data, pictures }, word) {
      const picture = pictures.denoised ?? pictures.thumbnail
      const seen = word === null ? null : pictures[`attention/${word}`]
      const looked = seen && data.attention.find((one) => one.word === word)
      plain.hidden = Boolean(looked)
      lit.hidden = !looked
      if (looked) lit.textContent = speak.say("attention_caption", { word: looked.text, share: speak.percent(looked.share) })
      plate.hidden = !picture
      rough.hidden = !speak.has(`preview_${data.preview}`)
      if (!rough.hidden) rough.textContent = speak.say(`preview_${data.preview}`)
      if (picture) large.show(picture, { raw: !pictures.denoised, over: seen, alt: speak.say("denoised_alt", { step: data.index + 1, of: data.of }) })
      held.hidden = !pictures.latents
      if (pictures.latents) latents.show(pictures.latents, { alt: speak.say("latents_alt") })
      guided.hidden = !pictures.guidance
      if (pictures.guidance) guidance.show(pictures.guidance, { alt: speak.say("guidance_alt") })
    },
  }
}

/** The words, each a switch: touched, the picture stays lit only where the program looked for it. */
function wordRow({ speak, term }, choose) {
  const list = el("ul", { class: "looked" })
  const ghost = el("p", { class: "ghost note" })
  const head = el("p", { class: "looked-head" }, term("attention", speak.say("where_it_looked")))
  const node = el("div", { class: "looking" }, head, list, ghost)
  const buttons = new Map()
  const make = ({ word, text }) => {
    const share = el("span", { class: "computed share" })
    const button = el("button", { type: "button", class: "look", "aria-pressed": "false", onclick: () => choose(word) },
      el("span", { class: "look-word", dir: "auto" }, text), share)
    buttons.set(word, { button, share })
    list.append(el("li", {}, button))
  }
  return {
    node,
    show({ data }, chosen) {
      const attention = data.attention ?? []
      node.hidden = attention.length === 0
      const most = Math.max(...attention.map((one) => one.share ?? 0), 1e-9)
      for (const one of attention) {
        if (!buttons.has(one.word)) make(one)
        const { button, share } = buttons.get(one.word)
        button.setAttribute("aria-pressed", String(one.word === chosen))
        button.style.setProperty("--share", (one.share ?? 0) / most)
        share.textContent = speak.percent(one.share ?? 0)
      }
      ghost.hidden = !Number.isFinite(data.ghost)
      const kinds = Object.entries(data.ghosts ?? {}).filter(([, share]) => share >= 0.005).sort(([, one], [, other]) => other - one)
      const apart = kinds.map(([kind, share]) => `${speak.say(`token_${kind}`)} ${speak.percent(share)}`)
      if (!ghost.hidden) ghost.textContent = [speak.say("ghost", { share: speak.percent(data.ghost) }), apart.length > 1 && `(${apart.join(", ")})`].filter(Boolean).join(" ")
    },
  }
}

/** Every step a bar as high as the latents moved; a slider lies over them. Below it, the contact sheet. */
function timeline({ speak }, of, { seek, toggle, move, live }) {
  const chart = movement(of)
  const slider = el("input", {
    type: "range", min: 0, max: Math.max(of - 1, 0), step: 1, value: 0, class: "scrub", "aria-label": speak.say("scrub"),
    oninput: () => seek(Number(slider.value)),
  })
  const control = (name, label, act) => el("button", { type: "button", class: "control", "aria-label": label, title: label, onclick: act }, icon(ICONS[name]))
  const play = control("play", speak.say("play"), toggle)
  const follow = el("button", { type: "button", class: "control follow", onclick: live }, icon(ICONS.live), el("span", {}, speak.say("follow")))
  const where = el("p", { class: "where" })
  const sheet = contactSheet(of, speak, seek)
  const node = el("div", { class: "timeline", style: { "--steps": of } },
    el("div", { class: "controls" }, control("back", speak.say("step_back"), () => move(-1)), play,
      control("on", speak.say("step_on"), () => move(1)), where, follow),
    el("div", { class: "track" }, chart.drawing, slider),
    el("p", { class: "note axis" }, speak.say("movement_caption")),
    sheet.node)
  return {
    node,
    update(run, { shown, follow: following, timer }) {
      const count = stepsIn(run)
      chart.show(run.steps.slice(0, count).map((step) => step.data.moved), shown)
      slider.value = shown
      slider.setAttribute("aria-valuetext", speak.say("step_of", { step: shown + 1, of }))
      where.replaceChildren(...speak.phrase("step_of", { step: el("b", { class: "computed" }, `${shown + 1}`), of: el("span", { class: "computed" }, `${of}`) }))
      play.replaceChildren(icon(timer ? ICONS.pause : ICONS.play))
      play.setAttribute("aria-label", speak.say(timer ? "pause" : "play"))
      play.title = speak.say(timer ? "pause" : "play")
      follow.hidden = following || count >= of || !["running", "opening"].includes(run.state)
      sheet.update(run, shown)
    },
  }
}

/** Ten frames, evenly taken from all the steps, empty until they happen. */
function contactSheet(of, speak, seek) {
  const frames = Math.min(10, of)
  const indices = Array.from({ length: frames }, (_, at) => (frames < 2 ? 0 : Math.round((at * (of - 1)) / (frames - 1))))
  const cells = indices.map((index) => {
    const image = el("img", { alt: "", hidden: true })
    const button = el("button", { type: "button", class: "shot", disabled: true, "aria-label": speak.say("see_step", { step: index + 1 }), onclick: () => seek(index) },
      image, el("span", { class: "computed" }, `${index + 1}`))
    return { index, image, button }
  })
  return {
    node: el("ol", { class: frames === 10 ? "sheet ten" : "sheet" }, cells.map(({ button }) => el("li", {}, button))),
    update(run, shown) {
      for (const { index, image, button } of cells) {
        const step = run.steps[index]
        button.toggleAttribute("aria-current", index === shown)
        if (!step || !button.disabled) continue
        button.disabled = false
        const source = step.pictures.denoised ?? step.pictures.thumbnail
        if (source) image.src = source
        image.hidden = !source
      }
    },
  }
}

/** How much guidance added, as a share of the prediction it was added to. */
function guided({ scale, delta, added }, speak) {
  return Number.isFinite(added) ? speak.percent(added) : `${speak.number(scale)} × ${speak.number(delta)}`
}

function stepNumbers(data, { speak, term }) {
  const { guidance } = data
  return facts([
    [term("timestep", speak.say("timestep")), speak.number(data.timestep)],
    Number.isFinite(data.sigma) && [term("sigma", speak.say("sigma")), speak.number(data.sigma)],
    Number.isFinite(data.signal) && [speak.say("signal"), speak.percent(data.signal)],
    [speak.say("moved"), speak.number(data.moved)],
    guidance && [term("classifier-free-guidance", speak.say("guidance_added")), guided(guidance, speak)],
    [speak.say("took"), speak.seconds(data.seconds)],
  ])
}
