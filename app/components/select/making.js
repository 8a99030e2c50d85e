// The candidates being made: one is followed after the other, since a server gives a browser few streams at once.

import { el } from "../chain/dom.js"
import { absorb, blank, newestPicture, stepsIn } from "../chain/run.js"
import { listen } from "../chain/stream.js"

export function making(page) {
  const { speak } = page
  const line = el("p", { class: "status", role: "status", "aria-live": "polite" })
  const detail = el("p", { class: "note computed" })
  const stop = el("button", { type: "button", class: "act cancel", hidden: true, onclick: () => halt() }, speak.say("cancel"))
  const node = el("div", { class: "making", hidden: true }, el("div", {}, line, detail), stop)
  let deaf = () => {}

  const halt = () => page.trying(async () => {
    const coming = page.coming().toReversed() // the last first, so that none begins meanwhile
    for (const { id } of coming) await fetch("/darkroom/cancel", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ exposure: id }) })
  })

  /** Follow the first that is to come; when it is over, read how all stand, and follow the next. */
  function follow() {
    deaf()
    deaf = () => {}
    const [next] = page.coming()
    if (!next) return page.change({ live: null })
    const { batch } = page.batch
    const run = blank(next.id)
    const told = () => page.change({ live: { id: next.id, picture: newestPicture(run), step: stepsIn(run), of: run.steps.find(Boolean)?.data.of, state: run.state, position: run.position } })
    const again = () => page.trying(async () => {
      if (page.batch.batch !== batch) return
      await page.read(batch)
      if (page.coming()[0]?.id !== next.id) return follow()
      setTimeout(() => page.batch.batch === batch && again(), 1000) // its last word came before its record
    })
    deaf = listen(`/exposures/${next.id}/events`, {
      onSource: () => {},
      onStage: (event) => {
        if (event.exposure === run.exposure) absorb(run, event)
        told()
      },
      onEnd: again,
      onLost: () => {},
      onUnknown: again,
    })
    told()
  }

  function sentence() {
    const { batch, live } = page
    const coming = page.coming()
    if (coming.length) {
      const { number } = batch.candidates.find((one) => one.id === live?.id) ?? coming[0]
      if (live?.state === "waiting" && live.position) return speak.count("state_waiting", live.position)
      return speak.say("making_next", { number, of: batch.of })
    }
    const made = page.made().length
    const missing = batch.of - made
    return [speak.count("made_all", made), missing > 0 && speak.count("not_made", missing)].filter(Boolean).join(" ")
  }

  return {
    node, follow,
    close: () => deaf(),
    update() {
      node.hidden = !page.batch
      if (!page.batch) return
      const said = sentence()
      if (line.textContent !== said) line.textContent = said
      const { live } = page
      detail.textContent = live?.of ? speak.say("step_of", { step: live.step, of: live.of }) : ""
      detail.hidden = !detail.textContent
      stop.hidden = !page.coming().length
    },
  }
}
