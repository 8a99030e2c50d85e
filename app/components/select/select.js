// Select: several pictures of the same words. Each is scored, a person or the program keeps one, the others stay in sight.

import { beforePaint, el } from "../chain/dom.js"
import { speaker } from "../chain/language.js"
import { margin } from "../chain/margin.js"
import { mounts } from "../chain/mounts.js"
import { server } from "../darkroom/api.js"
import { closer } from "./closer.js"
import { form } from "./form.js"
import { making } from "./making.js"
import { wall } from "./wall.js"

const mount = mounts()

/** Called by Streamlit at mount, and again with new data for the same place. Returns what tidies up. */
export default function select({ data, parentElement }) {
  const root = parentElement.querySelector(".select")
  return mount(root, JSON.stringify([data.lang, data.labels, data.model]), (before) =>
    open(data, root, before?.batch() ?? new URL(location.href).searchParams.get("batch")))
}

function open(data, root, asked) {
  const speak = speaker(data)
  const parts = []
  let callOff = null
  const page = {
    data, speak,
    web: server(data.lang, "/select"),
    batch: null, // as /select/{batch}.json has it
    chosen: null, // the candidate that is looked at closer
    by: "", // the score they are sorted by; "" is the order they were made in
    live: null, // the exposure that is being made, its newest picture and how far it is
    lost: false, // whether the server does not answer
    busy: false,
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
    coming: () => (page.batch?.candidates ?? []).filter((one) => one.state === "coming"),
    made: () => (page.batch?.candidates ?? []).filter((one) => one.state === "finished"),
    keeps: (who) => (page.batch?.kept ?? []).filter((one) => one.who === who),
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

  /** The batch as it stands now; of a new one, its first score sorts. */
  page.settle = (batch) => {
    const other = page.batch?.batch !== batch.batch
    const first = other || !Object.keys(page.batch.orders).length
    page.change({ batch, lost: false, ...(other ? { chosen: null } : {}), ...(first ? { by: Object.keys(batch.orders)[0] ?? "" } : {}) })
    if (!other) return
    ask.fill(batch.prompt, batch.of)
    address()
  }

  /** What is to be made is followed, one after the other. */
  page.enter = (batch) => page.trying(() => progress.enter(batch))

  /** There is no such batch, or not any more: what is left is the sentence that says so, and the form. */
  page.drop = (refusal) => {
    page.change({ batch: null, chosen: null, live: null, lost: false, notice: refusal.message })
    address()
  }

  page.keep = (question) => page.trying(async () => page.settle(await page.web.post("keep", question)))

  function address() {
    const url = new URL(location.href)
    if (page.batch) url.searchParams.set("batch", page.batch.batch)
    else url.searchParams.delete("batch")
    url.searchParams.set("lang", data.lang)
    history.replaceState(history.state, "", url)
  }

  const [ask, progress, pictures, detail] = [form(page), making(page), wall(page), closer(page)]
  const notice = el("p", { class: "refused", role: "alert", hidden: true })
  const board = el("div", { class: "board-of", hidden: true }, pictures.node, detail.node)
  parts.push(ask, progress, pictures, detail, { update() {
    notice.hidden = !page.notice
    notice.textContent = page.notice
    board.hidden = !page.batch
    board.classList.toggle("with-detail", Boolean(page.chosen))
  } })
  root.replaceChildren(el("div", { class: "selecting", lang: data.lang }, ask.node, notice, progress.node, board, margin(data.beside, speak)))
  page.draw()
  if (asked) page.enter(asked)
  return {
    batch: () => page.batch?.batch ?? null,
    close: () => {
      callOff?.()
      progress.close()
    },
  }
}
