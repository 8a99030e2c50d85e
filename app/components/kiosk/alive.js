// Whether the machine is there. A line that breaks is taken up again for ever; a machine that began anew gets a new page.

const SILENT = 14_000 // ms without a sign of life, of which the server gives one every 5 s: then the line is dead
const GRACE = 2000 // ms that a line may be gone before it is told
const HERE = 5000 // ms between two words that this page's script runs: one that hangs is taken away, and begun anew
const AGAIN = [500, 1000, 2000, 3000] // ms until the next try; the last holds on

/** `onState` gets each state; `onGone` and `onBack` are told once each time. */
export function alive({ onState, onGone, onBack }) {
  let [source, timer, silence, grace, told, tries] = [null, null, null, null, false, 0]

  function heard() {
    clearTimeout(silence)
    clearTimeout(grace)
    silence = setTimeout(missed, SILENT)
    ;[tries, grace] = [0, null]
    if (told) onBack()
    told = false
  }

  function open() {
    clearTimeout(silence)
    silence = setTimeout(missed, SILENT)
    source = new EventSource("/alive")
    source.addEventListener("alive", heard)
    source.addEventListener("state", (message) => {
      heard()
      onState(JSON.parse(message.data))
    })
    source.addEventListener("error", missed)
  }

  function missed() {
    source.close()
    clearTimeout(silence)
    clearTimeout(timer)
    grace ??= setTimeout(() => {
      if (told) return
      told = true
      onGone()
    }, GRACE)
    timer = setTimeout(open, AGAIN[Math.min(tries, AGAIN.length - 1)])
    tries += 1
  }

  open()
  setInterval(here, HERE)
  here()
}

function here() {
  fetch("/here", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => {})
}

/** Load the page anew, but only where there is one: a browser's own page about it must never be seen. */
alive.reload = async () => {
  const there = await fetch("/", { cache: "no-store" }).then((answer) => answer.ok, () => false)
  if (there) location.reload()
  else setTimeout(alive.reload, AGAIN.at(-1))
}
