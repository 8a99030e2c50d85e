// Whether somebody is still there: asked first, with a countdown; only then all is wiped. No clock is read that can jump.

const LOOK = 250 // ms between two looks

/**
 * `resting()` says when nobody need be asked: nobody visits, or something plays. `ask(seconds)` asks, and is told
 * again whenever fewer are left; where no sign of life comes within them, `given` is called.
 */
export function idle({ still_there, countdown }, { resting, ask, given }) {
  let since = performance.now() // the last sign of life, or the end of what played
  let left = null // seconds, while it is asked

  /** A sign of life: while it is asked, the countdown begins anew. */
  function touched() {
    since = performance.now()
    if (left !== null) left = countdown
  }

  /** It was answered, or there is nothing to ask any more. */
  function settled() {
    left = null
    since = performance.now()
  }

  function look() {
    const now = performance.now()
    if (left === null) {
      if (resting()) since = now
      else if (now - since >= 1000 * still_there) {
        since = now
        tell(countdown)
      }
      return
    }
    const remaining = Math.ceil(countdown - (now - since) / 1000)
    if (remaining <= 0) {
      settled()
      given()
    } else if (remaining !== left) tell(remaining)
  }

  function tell(seconds) {
    left = seconds
    ask(seconds)
  }

  setInterval(look, LOOK)
  return { touched, settled }
}
