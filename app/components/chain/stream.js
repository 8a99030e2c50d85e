// The event stream of one exposure: live or read from disk, the same address and the same events.

const AGAIN = 3000 // ms until the next try, where the browser itself gives up
const TRIES = 40

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
  const parsed = (tell) => (message) => tell(JSON.parse(message.data))

  function open() {
    source = new EventSource(url)
    source.addEventListener("source", parsed((kind) => {
      heard = true
      tries = 0
      onSource(kind)
    }))
    source.addEventListener("stage", parsed(onStage))
    source.addEventListener("end", parsed((end) => {
      source.close()
      onEnd(end)
    }))
    source.addEventListener("error", failed)
  }

  function failed() {
    if (source.readyState !== EventSource.CLOSED) return onLost()
    if (!heard || tries >= TRIES) return onUnknown()
    tries += 1
    onLost()
    timer = setTimeout(open, AGAIN)
  }

  open()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
