// The reader's language: labels filled in, numbers and bytes written the way that language writes them.

import { el } from "./dom.js"

/** How to speak, from the component's data: `say`, `phrase`, `count`, `number`, `percent`, `bytes`, `seconds`. */
export function speaker({ lang = "en", labels = {} }) {
  const text = (key) => labels[key] ?? key
  const format = (options) => new Intl.NumberFormat(lang, options)
  const plural = new Intl.PluralRules(lang)
  const whole = format({ maximumFractionDigits: 0 })
  const short = format({ maximumSignificantDigits: 3 })
  const two = format({ minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "negative" }) // no -0.00
  const share = format({ style: "percent", maximumFractionDigits: 0 })
  const fine = format({ style: "percent", maximumSignificantDigits: 2 })

  /** The label with its `{names}` filled in with text. */
  const say = (key, values = {}) => text(key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)

  /** The label as a list of nodes; its `{names}` may be elements. */
  const phrase = (key, values = {}) =>
    text(key).split(/(\{\w+\})/).filter(Boolean).map((piece) => (piece.startsWith("{") ? (values[piece.slice(1, -1)] ?? piece) : piece))

  const plurally = (key, amount) => `${key}_${plural.select(amount) === "one" ? "one" : "other"}`

  return {
    lang,
    say,
    phrase,
    list: (things) => new Intl.ListFormat(lang, { type: "conjunction" }).format(things),
    has: (key) => key in labels,
    /** A label in its singular or plural: `x_one`, `x_other`, with `{count}`. */
    count: (key, amount, values = {}) => say(plurally(key, amount), { count: whole.format(amount), ...values }),
    /** The same, as nodes. */
    counted: (key, amount, values = {}) => phrase(plurally(key, amount), { count: computed(whole.format(amount)), ...values }),
    whole: (value) => whole.format(value),
    number: (value) => (Number.isFinite(value) ? short.format(value) : "–"),
    rounded: (value) => two.format(value),
    percent: (value) => (value > 0 && value < 0.01 ? fine : share).format(value),
    /** 12.4 kB, in powers of a thousand as disks count. */
    bytes: (value) => bytes(value, lang),
    seconds: (value) => format({ style: "unit", unit: "second", maximumSignificantDigits: 2 }).format(value),
  }
}

function bytes(value, lang) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"]
  const power = value < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3))
  const options = { style: "unit", unit: units[power], maximumFractionDigits: power ? 1 : 0 }
  return new Intl.NumberFormat(lang, options).format(value / 1000 ** power)
}

/** A value in the voice of who set it: a person's in the serif, the program's and chance's in the monospace. */
export const voiced = (who, text) => el("span", { class: who === "person" ? "person" : `computed ${who ?? "unsigned"}` }, text)

/** What the program computed: monospace, always. */
export const computed = (text) => el("span", { class: "computed" }, text)
