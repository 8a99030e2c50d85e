// The event stream of one exposure: live or read from disk, the same address and the same events.

/**
 * Listen at `url` and report; returns the function that stops it.
 * The browser reconnects by itself with Last-Event-ID. After "end" we close, else it would for ever.
 */
export function listen(url, { onSource, onStage, onEnd, onLost, onUnknown }) {
  const source = new EventSource(url)
  const parsed = (tell) => (message) => tell(JSON.parse(message.data))
  source.addEventListener("source", parsed(onSource))
  source.addEventListener("stage", parsed(onStage))
  source.addEventListener("end", parsed((end) => {
    source.close()
    onEnd(end)
  }))
  source.addEventListener("error", () => (source.readyState === EventSource.CLOSED ? onUnknown() : onLost()))
  return () => source.close()
}
