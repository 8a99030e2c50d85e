// The hand: whatever it touches answers at once; nothing of the browser's own answers.

const TARGET = "button, a, summary, input, [role='slider']"
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
  for (const kind of ["pointerup", "pointercancel", "blur"]) addEventListener(kind, release, { capture: true })
  addEventListener("pointermove", ({ pointerType }) => pointerType === "mouse" && document.documentElement.classList.remove("touched"))
  for (const kind of ["contextmenu", "dragstart", "gesturestart"]) addEventListener(kind, (event) => event.preventDefault())
  addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false })
  addEventListener("keydown", (event) => {
    touched()
    if (own(event)) event.preventDefault()
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) back()
  })
}

/** A key by which the browser would do something of its own: print, save, search, load again, ask something. */
function own({ key, ctrlKey, metaKey, altKey }) {
  if (/^F\d+$/.test(key)) return true
  if (altKey) return ["ArrowLeft", "ArrowRight", "Home"].includes(key)
  return (ctrlKey || metaKey) && !EDITING.has(key.toLowerCase())
}
