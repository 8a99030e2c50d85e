// What becomes of it: each step while it happens, then both pictures, their difference and the numbers.

import { el, stillness } from "../chain/dom.js"
import { absorb, blank, kept, newestPicture, over, stepsIn } from "../chain/run.js"
import { screen } from "../chain/screen.js"
import { compared } from "../chain/stages/retouch.js"
import { status } from "../chain/status.js"
import { listen } from "../chain/stream.js"

export function result(page) {
  const { speak, data } = page
  const plate = screen()
  const counted = el("p", { class: "note computed" })
  const live = el("div", { class: "living" }, plate.node, counted)
  const done = el("div", { class: "done" })
  const line = status(speak, data.stages, { cancel: () => stop(), follow: () => {} })
  const heading = el("h2", { tabindex: "-1" }, speak.say("result"))
  const node = el("section", { class: "outcome", hidden: true }, heading, line.node, live, done)
  let run = null
  let deaf = () => {}
  let drawn = null

  const stop = () => page.trying(() => fetch("/darkroom/cancel", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ exposure: page.made }) }))

  /** Follow this exposure, or show nothing. */
  function show(id) {
    deaf()
    deaf = () => {}
    run = id ? blank(id) : null
    drawn = null
    done.replaceChildren()
    if (id) deaf = listen(`/exposures/${id}/events`, {
      onSource: heard(({ recorded }) => Object.assign(run, { recorded, lost: false })),
      onStage: heard((event) => event.exposure === run.exposure && absorb(run, event)),
      onEnd: heard(({ state }) => Object.assign(run, { state, lost: false })),
      onLost: heard(() => (run.lost = !over(run))),
      onUnknown: heard(() => !over(run) && Object.assign(run, { state: "unknown" })),
    })
    page.change({ made: id, running: Boolean(id) })
  }

  const heard = (alter) => {
    const mine = run
    return (value) => {
      if (mine !== run) return
      alter(value)
      page.change({ running: !over(run) })
    }
  }

  /** Both pictures and the numbers, and where to go from there; drawn once. */
  function finish() {
    const event = run.first.retouch
    if (!event || !kept(run) || drawn === run) return
    drawn = run
    const pictureUrl = `/exposures/${run.exposure}/picture.png`
    const ways = [["to_chain", `/?exposure=${run.exposure}&lang=${data.lang}`], ["go_on_from_it", `/retouch?id=${run.exposure}&lang=${data.lang}`]]
    const [both, ...told] = compared(event, { speak, pictureUrl }, run)
    done.replaceChildren(both, el("div", { class: "told-of" }, told, el("p", { class: "onward" }, ways.map(([key, href]) => el("a", { class: "quiet", href }, speak.say(key))))))
  }

  return {
    node, show,
    close: () => deaf(),
    reveal: () => requestAnimationFrame(() => node.scrollIntoView({ block: "start", behavior: stillness() ? "auto" : "smooth" })),
    update() {
      node.hidden = !run
      if (!run) return
      line.update(run, true)
      finish()
      const newest = newestPicture(run)
      live.hidden = drawn === run || !newest || (run.recorded && !over(run))
      done.hidden = drawn !== run
      if (live.hidden) return
      const { width, height } = run.first.prompt?.data ?? {}
      plate.node.style.setProperty("--ratio", width / height || page.source?.width / page.source?.height || 1)
      const of = run.steps.find(Boolean)?.data.of
      counted.textContent = of ? speak.say("step_of", { step: stepsIn(run), of }) : ""
      plate.show(newest, { alt: counted.textContent, raw: !of })
    },
  }
}
