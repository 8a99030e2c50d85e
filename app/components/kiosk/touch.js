// The hand: whatever it touches answers at once; nothing of the browser's own answers.

const TARGET = "button, a, summary, input, [role='slider']"
const TWICE = { within: 350, near: 48 } // ms, px: a second tap that was meant for what stood there before
const EDITING = new Set(["a", "c", "v", "x", "z"])

/** `touched` is told of every sign of life, `back` of Escape. */
export function hands({ touched, back }) {
  let pressed = null

  function release() {
    pressed?.classList.remove("pressed")
    pressed = null
  }

  addEventListener("pointerdown", (event) => {
    document.documentElement.classList.toggle("touched", event.pointerType === "touch")
    release()
    pressed = event.target.closest?.(TARGET)
    pressed?.classList.add("pressed")
    touched()
  }, { capture: true })
  addEventListener("click", once(), { capture: true })
  for (const kind of ["pointerup", "pointercancel", "blur"]) addEventListener(kind, release, { capture: true })
  addEventListener("pointermove", ({ pointerType }) => pointerType === "mouse" && document.documentElement.classList.remove("touched"))
  for (const kind of ["contextmenu", "dragstart", "gesturestart"]) addEventListener(kind, (event) => event.preventDefault())
  addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false })
  addEventListener("keydown", (event) => {
    touched()
    if (own(event)) event.preventDefault()
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return
    event.preventDefault() // it is not for what opens now
    back()
  })
}

/** Who taps twice means the first: the second is not for what has just come to stand there. */
function once() {
  let last = { at: -Infinity, x: 0, y: 0, target: null }
  return (event) => {
    const now = { at: performance.now(), x: event.clientX, y: event.clientY, target: event.target.closest?.(TARGET) }
    const again = event.detail > 0 && now.at - last.at < TWICE.within && Math.hypot(now.x - last.x, now.y - last.y) < TWICE.near && now.target !== last.target
    last = now
    if (!again) return
    event.stopPropagation()
    event.preventDefault()
  }
}

/** A key by which the browser would do something of its own: print, save, search, load again, ask something. */
function own({ key, ctrlKey, metaKey, altKey }) {
  if (/^F\d+$/.test(key)) return true
  if (altKey) return ["ArrowLeft", "ArrowRight", "Home"].includes(key)
  return (ctrlKey || metaKey) && !EDITING.has(key.toLowerCase())
}
