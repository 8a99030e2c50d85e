// Making elements. Every string becomes a text node: a prompt may hold markup, and it stays text.

const SVG = "http://www.w3.org/2000/svg"

/** An element of HTML: `el("p", {class: "note"}, "text", otherElement)`. */
export function el(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children)
}

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children)
}

/** `on…` is a listener, `true` a bare attribute, null and false are left out. */
function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value)
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one)
    else node.setAttribute(name, value === true ? "" : value)
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return node
}

const SHAPES = {
  person: () => svg("circle", { cx: 5, cy: 5, r: 4.4 }),
  program: () => svg("rect", { x: 1, y: 1, width: 8, height: 8 }),
  chance: () => svg("path", { d: "M5 0 10 5 5 10 0 5Z" }),
}

/** The mark of who speaks: a disc for the person, a square for the program, a diamond for chance. */
export function mark(who) {
  return svg("svg", { class: `mark ${who}`, viewBox: "0 0 10 10", "aria-hidden": "true" }, SHAPES[who]())
}

/** An arrow from left to right, drawn (no font need hold it). */
export function arrow() {
  const path = svg("path", { d: "M0 6H46M40 1l6 5-6 5", fill: "none", stroke: "currentColor", "vector-effect": "non-scaling-stroke" })
  return svg("svg", { class: "arrow", viewBox: "0 0 48 12", "aria-hidden": "true" }, path)
}

/** A control's icon, from one path in a 24×24 box. */
export function icon(path) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }))
}

/** Text for those who listen instead of look. */
export function unseen(text) {
  return el("span", { class: "unseen" }, text)
}

export const stillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches

/** Do it before the next frame is painted; where no frame comes (a hidden tab, a stalled screen), soon. Returns what calls it off. */
export function beforePaint(act) {
  const callOff = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const now = () => {
    callOff()
    act()
  }
  const frame = requestAnimationFrame(now)
  const timer = setTimeout(now, 250)
  return callOff
}
