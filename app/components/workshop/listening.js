// What a page hears from the room. The line breaks when a phone sleeps or Wi-Fi goes; it is taken up again by itself.

const SILENT = 40_000 // ms without a sign of life, of which the server gives one every 15 s: then the line is dead
const ASLEEP = 20_000 // ms: who comes back after as long looks whether the line still holds
const GRACE = 2000 // ms that a line may be gone before it is told
const AGAIN = [1000, 2000, 4000, 6000] // ms until the next try; the last holds on

/**
 * Listen to `/stream/<kind>`: "guest", "wall" or "host". Returns what stops it.
 * `onState` gets each new state, `onStep` each step; `onLost` and `onBack` are told once each time; `onOver` is told
 * when everything was deleted; `onRefused(status)` when the server does not know this page any more (401, 403).
 */
export function listening(kind, { onState, onStep = () => {}, onLost = () => {}, onBack = () => {}, onOver = () => {}, onRefused = () => location.reload() }) {
  const url = `/stream/${kind}`
  let [source, timer, silence, grace, tries, heard] = [null, null, null, null, 0, Date.now()]
  let [lost, told, over] = [false, false, false] // whether the line is gone, whether that was told, whether we are done

  function alive() {
    heard = Date.now()
    tries = 0
    clearTimeout(silence)
    silence = setTimeout(reopen, SILENT)
    lost = false
    clearTimeout(grace)
    if (!told) return
    told = false
    onBack()
  }

  const parsed = (tell) => (message) => {
    alive()
    tell(JSON.parse(message.data))
  }

  function open() {
    clearTimeout(timer)
    clearTimeout(silence)
    silence = setTimeout(reopen, SILENT)
    source = new EventSource(url)
    source.addEventListener("alive", alive)
    source.addEventListener("state", parsed(onState))
    source.addEventListener("step", parsed(onStep))
    source.addEventListener("over", (message) => (JSON.parse(message.data).erased ? ended() : missed()))
    source.addEventListener("error", missed)
  }

  function ended() {
    close()
    onOver()
  }

  /** The browser would try again by itself, but not when a server answered with an error. So we do. */
  function missed() {
    source.close()
    clearTimeout(silence)
    if (over) return
    if (!lost) {
      lost = true
      grace = setTimeout(() => {
        told = true
        onLost()
      }, GRACE)
    }
    clearTimeout(timer)
    timer = setTimeout(ask, AGAIN[Math.min(tries, AGAIN.length - 1)])
    tries += 1
  }

  /** Whether this page is still known; an EventSource cannot tell why it was refused. */
  async function ask() {
    const asked = new AbortController()
    const patience = setTimeout(() => asked.abort(), ASLEEP)
    const status = await fetch(url, { signal: asked.signal }).then((answer) => answer.status, () => 0)
    clearTimeout(patience)
    asked.abort()
    if (over) return
    if (status === 401 || status === 403) {
      close()
      onRefused(status)
    } else if (status === 200) open()
    else missed()
  }

  function reopen() {
    source.close()
    missed()
  }

  const awake = () => {
    if (document.visibilityState !== "visible" || over) return
    if (lost) {
      tries = 0
      clearTimeout(timer)
      timer = setTimeout(ask, 0)
    } else if (Date.now() - heard > ASLEEP) reopen()
  }

  function close() {
    over = true
    for (const one of [timer, silence, grace]) clearTimeout(one)
    source.close()
    document.removeEventListener("visibilitychange", awake)
    removeEventListener("online", awake)
  }

  document.addEventListener("visibilitychange", awake)
  addEventListener("online", awake)
  open()
  return close
}
