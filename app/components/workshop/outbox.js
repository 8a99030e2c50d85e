// What was asked for and not answered yet. It is said until it is heard; said twice, it is one wish: its key says so.

import { post } from "./page.js"
import { remember, remembered } from "./memory.js"

const NAME = "outbox"
const AGAIN = 5000 // ms until what was not heard is said again
const STALE = 3_600_000 // ms: what is older than an hour nobody waits for

/** `changed` when it holds something else, `sent` what was taken, `refused` what was not, and why. */
export function outbox({ changed, sent, refused }) {
  let [busy, timer] = [false, null]
  let waiting = before()

  function keep() {
    remember(NAME, waiting.length ? JSON.stringify(waiting) : "")
    changed()
  }

  async function flush() {
    clearTimeout(timer)
    if (busy) return
    busy = true
    while (waiting.length) {
      const [first] = waiting
      const { ok, status, json, lost } = await post("/pictures", first.wish)
      if (status === 401) return location.reload()
      if (lost || status >= 502) {
        first.unheard = true
        keep()
        timer = setTimeout(flush, AGAIN)
        break
      }
      waiting = waiting.filter((one) => one !== first)
      keep()
      if (ok) sent(first.wish)
      else refused(first.wish, json)
    }
    busy = false
  }

  return {
    flush,
    add(wish) {
      waiting.push({ at: Date.now(), unheard: false, wish: { key: key(), ...wish } })
      keep()
      flush()
    },
    drop(wish) {
      waiting = waiting.filter((one) => one.wish !== wish)
      keep()
    },
    sending: () => waiting.some((one) => !one.unheard),
    unheard: () => waiting.filter((one) => one.unheard).map((one) => one.wish),
  }
}

function before() {
  try {
    return JSON.parse(remembered(NAME) || "[]").filter((one) => Date.now() - one.at < STALE)
  } catch {
    return []
  }
}

/** By chance; randomUUID is not there without HTTPS, and a room has none. */
function key() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
