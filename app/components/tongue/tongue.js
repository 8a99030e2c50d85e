// What Streamlit leaves in English: the document's language, a few names for those who listen, which page is open.

const SKIP = '[data-testid="stSkipToContent"]'
const DROP = '[data-testid="stFileUploaderDropzone"] *'
const LINK = '[data-testid="stPageLink-NavLink"]'

/** Say it all again; what already is as it should be is left alone, so that this never calls itself. */
function speak({ lang, words }) {
  if (document.documentElement.lang !== lang) document.documentElement.lang = lang
  for (const named of document.querySelectorAll("[aria-label]")) {
    const said = words[named.getAttribute("aria-label")]
    if (said) named.setAttribute("aria-label", said)
  }
  const skip = document.querySelector(SKIP)
  if (skip && words[skip.textContent]) skip.textContent = words[skip.textContent]
  for (const named of document.querySelectorAll(DROP)) {
    if (!named.children.length && words[named.textContent]) named.textContent = words[named.textContent]
  }
  for (const link of document.querySelectorAll(LINK)) {
    const here = new URL(link.getAttribute("href"), `${location.origin}/`).pathname === location.pathname
    if (here !== (link.ariaCurrent === "page")) link.ariaCurrent = here ? "page" : null
  }
}

let watch = null

export default function ({ data }) {
  let due = 0
  watch?.disconnect()
  const own = (watch = new MutationObserver(() => {
    due ||= requestAnimationFrame(() => {
      due = 0
      if (watch === own) speak(data) // a frame that was due when the language changed comes too late
    })
  }))
  watch.observe(document.body, { childList: true, subtree: true })
  speak(data)
  return () => own.disconnect()
}
