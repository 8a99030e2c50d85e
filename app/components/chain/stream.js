// The event stream of one exposure: live or read from disk, the same address and the same events.

const AGAIN = 3000 // ms until the next try, where the browser itself gives up
const TRIES = 40
const SILENT = 40000 // ms without a sign of life, of which the server gives one every 15 s: then the line is dead

/**
 * Listen at `url` and report; returns the function that stops it.
 * The browser reconnects by itself with Last-Event-ID. It gives up when a server that comes back does not know
 * the exposure yet: then we try again from the first event. After "end" we close, else it would reconnect for ever.
 */
export function listen(url, { onSource, onStage, onEnd, onLost, onUnknown }) {
  let source = null
  let timer = null
  let heard = false
  let tries = 0
  let silence = null
  const alive = () => {
    clearTimeout(silence)
    silence = setTimeout(again, SILENT)
  }
  const parsed = (tell) => (message) => {
    alive()
    tell(JSON.parse(message.data))
  }

  function open() {
    alive()
    source = new EventSource(url)
    source.addEventListener("alive", alive)
    source.addEventListener("source", parsed((kind) => {
      heard = true
      tries = 0
      onSource(kind)
    }))
    source.addEventListener("stage", parsed(onStage))
    source.addEventListener("end", parsed((end) => {
      close()
      onEnd(end)
    }))
    source.addEventListener("error", failed)
  }

  function failed() {
    if (source.readyState !== EventSource.CLOSED) return onLost()
    if (!heard || tries >= TRIES) {
      close()
      return onUnknown()
    }
    tries += 1
    onLost()
    timer = setTimeout(open, AGAIN)
  }

  function again() {
    close()
    onLost()
    open()
  }

  function close() {
    clearTimeout(timer)
    clearTimeout(silence)
    source.close()
  }

  open()
  return close
}
