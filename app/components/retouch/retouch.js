// Retouch: a picture goes back through the machine. Choose one, say what is to become of it, see what did.

import { beforePaint, el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { margin } from "../chain/margin.js"
import { mounts } from "../chain/mounts.js"
import { server } from "../darkroom/api.js"
import { choice } from "./choice.js"
import { form } from "./form.js"
import { result } from "./result.js"
import { table } from "./table.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function retouch({ data, parentElement }) {
  const root = parentElement.querySelector(".retouch")
  return mount(root, JSON.stringify([data.lang, data.labels, data.model]), (before) => open(data, root, before?.at() ?? addressed()))
}

/** What the address names: an exposure to begin with, or a picture that was dropped; and what was made of it. */
function addressed() {
  const { searchParams: said } = new URL(location.href)
  return { id: said.get("id"), picture: said.get("picture"), made: said.get("made") }
}

function open(data, root, from) {
  const speak = speaker(data)
  const parts = []
  let callOff = null
  const page = {
    data, speak,
    web: server(data.lang, "/retouch"),
    source: null, // {id or picture, url, prompt, width, height, rows, columns, ways}
    made: null, // the exposure that was made of it last
    running: false,
    busy: false,
    notice: "",
    way: from.way ?? "inpaint",
    mask: null, // the region that is painted
    draw() {
      callOff ??= beforePaint(() => {
        callOff = null
        parts.forEach((part) => part.update())
      })
    },
    change(patch) {
      Object.assign(page, patch)
      page.draw()
    },
  }

  /** Do it; a refusal becomes a line on the page, and nothing is lost. */
  page.trying = async (act) => {
    page.change({ busy: true, notice: "" })
    try {
      return await act()
    } catch (refusal) {
      page.notice = refusal.message || speak.say("lost_now")
      if (refusal.status === undefined) console.error(refusal)
      return null
    } finally {
      page.change({ busy: false })
    }
  }

  /** Begin with a picture: `{id}` of an exposure, or `{picture}` that was dropped. */
  page.take = (which, made = null) => page.trying(async () => {
    const place = which.id ? `/retouch/${which.id}.json` : `/retouch/pictures/${which.picture}.json`
    const told = await page.web.read(`${place}?model=${encodeURIComponent(data.model)}`)
    const url = which.id ? `/exposures/${which.id}/picture.png` : `/retouch/pictures/${which.picture}.png`
    page.change({ source: { ...which, ...told, url } })
    bench.begin()
    settings.begin()
    if (made !== page.made) outcome.show(made)
    address()
  })

  page.leave = () => {
    page.change({ source: null, notice: "" })
    outcome.show(null)
    address()
  }

  page.exposed = (id) => {
    outcome.show(id)
    address()
    outcome.reveal()
  }

  /** The address names what is on the page, so that a reload finds it again. */
  function address() {
    const url = new URL(location.href)
    const said = { id: page.source?.id, picture: page.source?.picture, made: page.made, lang: data.lang }
    for (const [name, value] of Object.entries(said)) value ? url.searchParams.set(name, value) : url.searchParams.delete(name)
    history.replaceState(history.state, "", url)
  }

  const [chosen, bench, outcome] = [choice(page), table(page, from.painted), result(page)]
  const settings = form(page, bench.tools, from.said)
  const notice = el("p", { class: "refused", role: "alert", hidden: true })
  const work = el("div", { class: "work", hidden: true }, bench.node, settings.node)
  parts.push(chosen, bench, settings, outcome, { update() {
    work.hidden = !page.source
    work.setAttribute("aria-busy", `${page.busy}`)
    notice.hidden = !page.notice
    notice.textContent = page.notice
  } })
  root.replaceChildren(el("div", { class: "retouching", lang: data.lang }, notice, chosen.node, work, outcome.node, margin(data.beside, speak)))
  page.draw()
  if (from.id || from.picture) page.take(from.id ? { id: from.id } : { picture: from.picture }, from.made)
  else if (from.made) outcome.show(from.made)
  return {
    at: () => ({ id: page.source?.id, picture: page.source?.picture, made: page.made, way: page.way, painted: bench.painted(), said: settings.said() }),
    close: () => {
      callOff?.()
      outcome.close()
    },
  }
}
