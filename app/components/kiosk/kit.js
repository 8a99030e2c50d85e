// What every screen is given: the page's words in the present language, the way to another screen, the server.

import { speaker } from "../chain/language.js"
import { el, stillness } from "../chain/dom.js"

const PATIENCE = 15_000 // ms until an answer is given up

/** The page's data, as the server wrote it into the page. */
export const read = () => JSON.parse(document.getElementById("data").textContent)

/**
 * The kit. A screen is `screen(kit) -> {node, enter(given), leave(), draw(), paused?(stopped)}`: `enter` draws all
 * that is on it, `draw` writes it anew in another language, at the same place, and is called only while it is shown;
 * `paused` is told when the visitor stops, or lets go on, whatever moves. `node` holds an `h1`, which gets the focus.
 */
export function kit(data, shell) {
  const speakers = Object.fromEntries(data.languages.map((lang) => [lang, speaker({ lang, labels: data.labels[lang] })]))
  const now = () => speakers[shell.lang]
  const heard = el("p", { class: "unseen", role: "status" })

  const one = {
    data,
    heard,
    visit: {},
    lang: () => shell.lang,
    say: (key, values) => now().say(key, values),
    phrase: (key, values) => now().phrase(key, values),
    count: (key, amount, values) => now().count(key, amount, values),
    /** The key of what is said instead where the gallery keeps the pictures. */
    kept: (key) => (data.curation.keep ? `${key}_kept` : key),
    has: (key) => now().has(key),
    number: (value) => now().number(value),
    percent: (value) => now().percent(value),
    seconds: (value) => now().seconds(value),
    speaker: now,
    words: () => data.words?.[shell.lang] ?? null,
    stages: () => data.stages[shell.lang],
    stopped: () => shell.stopped,
    still: () => shell.stopped || stillness(),
    /** Told to those who listen instead of look. */
    tell: (sentence) => (heard.textContent = sentence),
    go: shell.go,
    begin: shell.begin,
    end: shell.end,
    busy: shell.busy,

    /** Resolves to the answer; throws `{problem, said}`, `said` in both languages. No answer: `problem` is "gone". */
    async post(path, body = {}) {
      const [status, json] = await sent(path, body)
      if (status >= 200 && status < 300) return json
      if (status === 410) shell.over(path)
      throw { problem: json.problem ?? (status ? `${status}` : "gone"), said: json.said ?? {} }
    },
  }
  return one
}

async function sent(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) })
    return [answer.status, await answer.json().catch(() => ({}))]
  } catch {
    return [0, {}]
  }
}
