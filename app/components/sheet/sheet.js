// The contact sheet of the archive: a list of exposures, each a link that also works by itself.

const element = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes)
  made.append(...children)
  return made
}

function plate({ address, picture, caption, written, moment, when, seed, state, ended, id, retouch }, labels, open) {
  const image = element("img", { src: picture, alt: "", loading: "lazy", decoding: "async", width: 256, height: 256 })
  const frame = element("span", { className: "frame" }, image)
  image.onerror = () => frame.replaceChildren(element("span", { className: "empty", textContent: labels.noPicture }))
  const words = element("span", { className: written ? "prompt" : "prompt unwritten", textContent: caption, dir: "auto" })
  const facts = element("span", { className: "facts" })
  facts.append(element("time", { dateTime: moment, textContent: when }))
  if (seed) facts.append(element("span", { textContent: `${labels.seed} ${seed}` }))
  if (ended) facts.append(element("strong", { className: `ended ${state}`, textContent: ended }))
  const link = element("a", { href: address }, frame, words, facts)
  link.onclick = (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return
    click.preventDefault()
    open(id)
  }
  const again = element("a", { href: retouch, className: "again", textContent: labels.into_retouch })
  again.setAttribute("aria-label", `${labels.into_retouch}: ${caption}`)
  return element("li", { className: state }, link, ...(retouch ? [again] : []))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".sheet")
  const open = (id) => setTriggerValue("open", id)
  const plates = data.plates.map((one) => plate(one, data.labels, open))
  root.replaceChildren(
    plates.length ? element("ul", {}, ...plates) : element("p", { className: "nothing", textContent: data.labels.nothing }),
  )
}
