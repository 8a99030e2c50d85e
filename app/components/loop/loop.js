// The picture goes back in: a strip of rounds, how far they drift, and a person who may step in.

import { beforePaint, el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { margin } from "../chain/margin.js"
import { mounts } from "../chain/mounts.js"
import { listen } from "../chain/stream.js"
import { server } from "../darkroom/api.js"
import { detail } from "./detail.js"
import { earlier } from "./earlier.js"
import { form } from "./form.js"
import { generations } from "./generations.js"
import { standing } from "./standing.js"
import { table } from "./table.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function loop({ data, parentElement }) {
  const root = parentElement.querySelector(".loop")
  return mount(root, JSON.stringify([data.lang, data.labels, data.model, data.first]), () => open(data, root))
}

const addressed = () => new URL(location.href).searchParams.get("id")

function open(data, root) {
  const speak = speaker(data)
  const parts = []
  let callOff = null
  let deaf = () => {}
  const page = {
    data, speak,
    web: server(data.lang, "/loops"),
    loop: null, // the loop that is shown, with all its rounds
    origin: null, // the loop that it left, where it left one
    apart: [], // how far the two are apart, round by round
    chosen: null, // {loop, number}: the round that is looked at
    busy: false,
    lost: false, // the stream is; what is told may be old
    notice: "",
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
      page.notice = refusal.message || speak.say("refused_by_chance")
      if (refusal.status === undefined) console.error(refusal)
      return null
    } finally {
      page.change({ busy: false })
    }
  }

  /** Show a loop, and go along with it while it goes round. */
  page.enter = (id, told = true) => page.trying(async () => {
    const loop = await page.web.read(`/loops/${id}.json`)
    const origin = loop.parent ? await page.web.read(`/loops/${loop.parent}.json`).catch(() => null) : null
    deaf()
    if (told) address(id)
    page.change({ loop, origin, apart: [], chosen: newest(loop), lost: false })
    compare()
    if (loop.state === "running") follow(id)
    return loop
  })

  page.choose = (loop, number) => page.change({ chosen: { loop, number } })
  page.leave = () => {
    deaf()
    address(null)
    page.change({ loop: null, origin: null, chosen: null, notice: "" })
    page.listed()
  }
  page.stop = () => page.trying(() => page.web.post("stop", { loop: page.loop.id }))
  page.goOn = () => page.trying(async () => {
    await page.web.post("go-on", { loop: page.loop.id })
    page.loop.state = "running"
    follow(page.loop.id)
  })

  /** The rounds that were made since, and how it stands. What is looked at stays, unless it was the newest. */
  let [asking, again] = [false, false] // one question at a time: a replayed stream has an event for every round
  async function more() {
    if (asking) return (again = true)
    asking = true
    again = false
    await renew().finally(() => (asking = false))
    if (again) more()
  }

  async function renew() {
    const { loop } = page
    const fresh = await page.web.read(`/loops/${loop.id}.json?after=${loop.rounds.length}`).catch(() => null)
    if (!fresh || page.loop !== loop) return
    const atEnd = !page.chosen || (page.chosen.loop === loop.id && page.chosen.number === loop.rounds.length - 1)
    fresh.rounds.forEach((round) => (loop.rounds[round.number] = round))
    Object.assign(loop, { ...fresh, rounds: loop.rounds, futures: loop.futures })
    if (atEnd) page.chosen = newest(loop)
    page.draw()
    if (page.origin) compare()
  }

  function follow(id) {
    deaf()
    const heard = () => {
      if (page.lost) page.change({ lost: false })
      more()
    }
    deaf = listen(`/loops/${id}/events`, { onSource: heard, onStage: heard, onEnd: heard, onLost: () => page.change({ lost: true }), onUnknown: heard })
  }

  async function compare() {
    const { loop } = page
    if (!page.origin || loop.rounds.length <= loop.parent_round) return
    const said = await page.web.read(`/loops/${loop.id}/apart.json`).catch(() => null)
    if (said && page.loop === loop) page.change({ apart: said.rounds })
  }

  const list = earlier(page)
  page.listed = list.read
  const notice = el("p", { class: "notice", role: "status", hidden: true })
  const begun = standing(page)
  const asked = form(page)
  const research = el("section", { class: "research", "aria-labelledby": "loop-research" }, el("h2", { id: "loop-research" }, speak.say("research_title")),
    el("p", {}, speak.phrase("research", { converges: speak.say("research_converges"), diverges: speak.say("research_diverges") })), el("p", { class: "note" }, speak.say("measures")))
  const beside = margin(data.beside, speak)
  const board = table(page)
  const closer = detail(page)
  const foot = el("div", { class: "foot" }, research, beside)
  const node = el("div", { class: "looping", lang: data.lang }, notice, begun.node, asked.node, board.node, closer.node, foot, generations(page), list.node)
  parts.push(begun, asked, board, closer, list, { update() {
    notice.hidden = !page.notice
    notice.textContent = page.notice
  } })
  root.replaceChildren(node)
  page.draw()
  list.read()
  const id = addressed()
  if (id) page.enter(id, false)
  const back = () => (addressed() ? addressed() !== page.loop?.id && page.enter(addressed(), false) : page.loop && page.change({ loop: null, origin: null, chosen: null }))
  addEventListener("popstate", back)
  return {
    close() {
      deaf()
      callOff?.()
      board.close()
      removeEventListener("popstate", back)
    },
  }
}

const newest = (loop) => (loop.rounds.length ? { loop: loop.id, number: loop.rounds.length - 1 } : null)

/** Have the address name the loop that is shown. */
function address(id) {
  const url = new URL(location.href)
  url.searchParams.delete("exposure")
  if (id) url.searchParams.set("id", id)
  else url.searchParams.delete("id")
  if (`${url}` !== location.href) history.pushState(history.state, "", url)
}

