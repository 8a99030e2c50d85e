// The light: darkroom or bright room. Streamlit keeps the choice page by page and reads it when a page opens.

const theme = (page) => `stActiveTheme-${page}-v`
const VERSIONS = [2, 3, 4, 5, 6, 7, 8, 9]

const bright = () => VERSIONS.some((version) => localStorage.getItem(theme(location.pathname) + version) === '"Light"')

export default function ({ data, parentElement }) {
  const lit = bright()
  const button = document.createElement("button")
  const label = lit ? data.labels.dark : data.labels.light
  Object.assign(button, { type: "button", title: label, className: lit ? "lit" : "unlit" })
  button.setAttribute("aria-label", label)
  button.onclick = () => {
    for (const page of data.pages)
      for (const version of VERSIONS) localStorage.setItem(theme(page) + version, lit ? '"Dark"' : '"Light"')
    location.reload()
  }
  parentElement.querySelector(".lamp").replaceChildren(button)
}
