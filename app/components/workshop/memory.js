// What this browser remembers. One that refuses to (a private window) remembers until the page is closed.

const PREFIX = "workshop."
const here = new Map()

/** What was remembered under that name; "" when nothing was. */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? here.get(name) ?? ""
  } catch {
    return here.get(name) ?? ""
  }
}

/** Remember a text; "" forgets it. */
export function remember(name, text) {
  here.set(name, text)
  try {
    if (text) localStorage.setItem(PREFIX + name, text)
    else localStorage.removeItem(PREFIX + name)
  } catch {
    // it is remembered here
  }
}

/** Forget all that was written here; what is chosen of the page itself (`but`) stays. */
export function forget(but = ["light"]) {
  here.clear()
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && !but.includes(name.slice(PREFIX.length)))
    names.forEach((name) => localStorage.removeItem(name))
  } catch {
    // there is nothing to forget
  }
}
