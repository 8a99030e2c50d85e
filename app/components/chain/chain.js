// The chain: one component draws all eleven stages of one exposure from its event stream,
// whether it happens now or was recorded. Text comes from Python in the reader's language.

import { beforePaint, el, stillness } from "./dom.js"
import { decisions, meter } from "./ledger.js"
import { speaker } from "./language.js"
import { chainMap } from "./map.js"
import { margin } from "./margin.js"
import { took } from "./meter.js"
import { mounts } from "./mounts.js"
import { STAGES, absorb, blank, over, standing } from "./run.js"
import { status } from "./status.js"
import { drawings } from "./stages/index.js"
import { listen } from "./stream.js"
import { lexicon } from "./terms.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function chain({ data, parentElement, setTriggerValue }) {
  return mount(parentElement, "chain", () => begin(parentElement), (here) => {
    here.cancel = (exposure) => setTriggerValue("cancel", exposure)
    here.near = (exposure) => setTriggerValue("near", exposure)
    tune(here, data)
  })
}

function begin(root) {
  const mount = { root, data: null, run: null, view: null, stop: () => {}, callOff: null, told: "" }
  mount.draw = () => {
    mount.callOff ??= beforePaint(() => {
      mount.callOff = null
      mount.view?.update(mount.run)
    })
  }
  mount.close = () => {
    mount.stop()
    mount.view?.close()
    mount.callOff?.()
  }
  return mount
}

/** Another exposure: begin anew. The same one with other words: keep what is known, write it anew. */
function tune(mount, data) {
  const told = JSON.stringify([data.lang, data.labels, data.stages])
  const other = !mount.run || mount.run.exposure !== (data.exposure ?? null)
  mount.data = data
  if (other) {
    mount.stop()
    mount.run = blank(data.exposure ?? null)
  }
  if (other || told !== mount.told || !mount.view?.node.isConnected) {
    mount.told = told
    mount.view?.close()
    mount.view = view(mount)
    mount.root.querySelector(".chain").replaceChildren(mount.view.node)
  }
  if (other && data.eventsUrl) follow(mount)
  mount.view.update(mount.run)
}

function follow(mount) {
  const { run, draw, data } = mount
  const change = (alter) => (value) => {
    alter(value)
    draw()
  }
  mount.stop = listen(data.eventsUrl, {
    onSource: change(({ recorded }) => Object.assign(run, { recorded, lost: false })),
    onStage: change((event) => event.exposure === run.exposure && absorb(run, event)),
    onEnd: change(({ state }) => Object.assign(run, { state, lost: false })),
    onLost: change(() => (run.lost = !over(run))),
    onUnknown: change(() => !over(run) && Object.assign(run, { state: "unknown" })),
  })
}

/** Everything on the page for these words. */
function view(mount) {
  const { data } = mount
  const speak = speaker(data)
  const urls = Object.fromEntries(Object.entries(data).filter(([name]) => name.endsWith("Url")))
  const kit = { ...urls, speak, term: lexicon(data.stages), near: () => mount.near(data.exposure) }
  const sections = data.stages.map((stage) => section(stage, kit))
  const guide = guiding(sections, () => node)
  const watch = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => map.reading(one.target.dataset.stage)),
    { rootMargin: "-30% 0px -65% 0px" }) // whichever section crosses a line a third of the way down
  const map = chainMap(data.stages, speak, (id) => guide.jump(id))
  const state = status(speak, data.stages, { cancel: () => mount.cancel(data.exposure), follow: guide.resume })
  const ledger = meter(speak)
  const taken = took(speak)
  const node = el("div", { class: "layout", lang: data.lang }, el("div", { class: "rail" }, map.node, state.node, ledger.node),
    el("div", { class: "stages" }, sections.map((one) => one.node), taken.node))
  sections.forEach((one) => watch.observe(one.node))
  return {
    node,
    update(run) {
      map.update(run)
      sections.forEach((one) => one.update(run))
      guide.update(run)
      state.update(run, guide.following())
      ledger.update(run)
      taken.update(run)
    },
    close() {
      watch.disconnect()
      sections.forEach((one) => one.close())
      guide.close()
    },
  }
}

function section(stage, kit) {
  const body = el("div", { class: "body" })
  const heading = el("h2", { id: `stage-${stage.id}`, tabindex: "-1" }, stage.title)
  const header = el("header", {}, el("span", { class: "number", "aria-hidden": "true" }, `${stage.number}`), heading,
      stage.term && el("p", { class: "field-term" }, stage.term), stage.plain && el("p", { class: "plain" }, stage.plain))
  const node = el("section", { class: `stage stage-${stage.id}`, "data-stage": stage.id, "aria-labelledby": `stage-${stage.id}` }, header, el("div", { class: "content" }, body), margin(stage, kit.speak))
  const drawing = drawings[stage.id](body, kit, stage.id)
  const halt = el("p", { class: "warning halt", hidden: true })
  const decided = decisions(stage.id, kit.speak)
  body.after(halt, decided.node)
  return {
    id: stage.id,
    node,
    header,
    heading,
    update(run) {
      node.dataset.standing = standing(run, stage.id)
      halt.hidden = node.dataset.standing !== "halted"
      halt.textContent = halt.hidden ? "" : kit.speak.say("halted_here")
      drawing.update(run)
      decided.update(run)
    },
    close: () => drawing.close?.(),
  }
}

/** Goes along with a live run from stage to stage, until the reader takes over. */
function guiding(sections, whole) {
  const find = (id) => sections.find((one) => one.id === id)
  const place = (id) => (id === "top" ? whole() : find(id)?.header)
  const last = STAGES.indexOf("decode") // there one stays: the picture is made
  let following = true
  let shown = null
  let timer = null
  const takeOver = () => (following = false)
  const keys = (event) => ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", " "].includes(event.key) && takeOver()
  const heard = [["wheel", takeOver], ["touchmove", takeOver], ["keydown", keys]]
  heard.forEach(([name, act]) => document.addEventListener(name, act, { passive: true }))

  const go = (id) => place(id)?.scrollIntoView({ behavior: stillness() ? "auto" : "smooth", block: "start" })

  const off = (id) => {
    const node = place(id)
    return node && Math.abs(node.getBoundingClientRect().top - parseFloat(getComputedStyle(node).scrollMarginTop)) > 24
  }

  return {
    following: () => following,
    resume() {
      following = true
      shown = null
    },
    jump(id) {
      takeOver()
      go(id)
      find(id)?.heading.focus({ preventScroll: true })
    },
    update(run) {
      const here = run.current ? STAGES[Math.min(STAGES.indexOf(run.current), last)] : "top" // it waits, or failed at once
      if (!following || run.recorded !== false || here === shown) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (!following) return
        go((shown = here))
        timer = setTimeout(() => following && off(here) && go(here), 1200) // what grew above meanwhile moved it
      }, 350)
    },
    close() {
      clearTimeout(timer)
      heard.forEach(([name, act]) => document.removeEventListener(name, act))
    },
  }
}
