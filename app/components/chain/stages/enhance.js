// A language model rewrote the prompt: every token, how likely it was, and what could have stood there.

import { el, mark, unseen } from "../dom.js"
import { facts } from "../figures.js"
import { computed } from "../language.js"

/** Whose a token is: a person's words, mended or not, and the tokens a person chose; else the language model's. */
const who = (token) => (token.chosen || (token.whose && token.whose !== "added") ? "person" : "program")

function told(token, words, speak) {
  if (token.chosen) return speak.say("chosen_word")
  if (token.mark) return speak.say("a_mark")
  if (token.whose === "mended") return speak.say("mended_word", { was: words.find((word) => token.begin < word.end && token.end > word.begin && word.was)?.was ?? "" })
  return speak.say(token.whose === "kept" ? "your_word" : "added_word")
}

/** The tokens with where they stand in the text. */
function placed(tokens) {
  let at = 0
  return tokens.map((token) => {
    const begin = at
    at += token.mark ? 0 : token.text.length
    return { ...token, begin, end: at }
  })
}

/** The text, a button a token; `pick` is told which one was touched. */
function line(tokens, words, picked, speak, pick) {
  return el("p", { class: "tokens", dir: "auto" }, tokens.map((token, at) => {
    const odds = token.probability === null ? null : speak.percent(token.probability)
    return el("button", {
      type: "button", class: `token ${who(token)} ${token.mark ? "mark-token" : ""} ${token.chosen ? "chosen" : ""}`,
      "aria-pressed": `${at === picked}`, "aria-label": [token.text.trim() || "·", told(token, words, speak), odds].filter(Boolean).join(", "),
      style: odds === null ? {} : { "--share": token.probability }, onclick: () => pick(at),
    }, token.text || "·")
  }))
}

/** One token's odds, and what else could have stood there; with `choose`, each of those can be touched. */
export function odds(token, words, { speak, term }, choose) {
  const own = { text: token.text, id: token.id, probability: token.probability, taken: true }
  const rows = [own, ...token.alternatives].sort((one, other) => (other.probability ?? 0) - (one.probability ?? 0))
  const row = (one) => {
    const inside = [el("span", { class: `road-text computed ${one.taken ? who(token) : "program"}` }, one.text.trim() ? one.text : JSON.stringify(one.text)),
      el("span", { class: "road-odds computed" }, one.probability === null ? "–" : speak.percent(one.probability)),
      el("span", { class: "bar", style: { "--share": one.probability ?? 0 } }), one.taken && unseen(speak.say("taken"))]
    return el("li", { class: one.taken ? "road taken" : "road" }, choose && !one.taken ? el("button", { type: "button", onclick: () => choose(one.id ?? one.text) }, inside) : el("div", {}, inside))
  }
  return el("div", { class: "odds" },
    el("p", { class: "odds-head" }, mark(who(token)), el("strong", { class: who(token), dir: "auto" }, token.text.trim() || "·"), el("span", { class: "note" }, told(token, words, speak))),
    token.probability !== null && facts([[speak.say("token_probability"), speak.percent(token.probability)], [term("entropy", speak.say("token_entropy")), speak.say("bits", { value: speak.rounded(token.entropy) })]]),
    token.alternatives.length > 0 && [el("h3", {}, speak.say("roads")), el("p", { class: "note" }, speak.say(choose ? "roads_plain" : "roads_plain_shown")), el("ol", { class: "roads" }, rows.map(row))])
}

/** What the lines and colours mean, as far as they are there. */
function legend(tokens, speak) {
  const there = [["person", "legend_yours", tokens.some((one) => who(one) === "person" && !one.chosen)], ["program", "legend_added", tokens.some((one) => who(one) === "program")],
    ["person", "legend_chosen", tokens.some((one) => one.chosen)]]
  return el("ul", { class: "legend" }, there.filter(([, , some]) => some).map(([whose, key]) => el("li", { class: whose }, mark(whose), speak.say(key))),
    tokens.some((one) => one.probability !== null) && el("li", { class: "note" }, speak.say("legend_line")))
}

/** The text and the token one looks at. `choose(at, token)` makes another road; without it one only looks. */
export function text(kit, choose = null) {
  const { speak } = kit
  const shown = el("div", { class: "written-text" })
  const beside = el("div", { class: "beside-token", "aria-live": "polite" })
  let [picked, last, focus] = [null, null, false]
  function draw() {
    const tokens = placed(last.tokens)
    const held = tokens[picked] ?? null
    shown.replaceChildren(line(tokens, last.words, picked, speak, (at) => {
      picked = picked === at ? null : at
      focus = true
      draw()
    }), legend(tokens, speak))
    if (focus && picked !== null) shown.querySelectorAll(".token")[picked]?.focus({ preventScroll: true })
    focus = false
    beside.replaceChildren(held ? odds(held, last.words, kit, choose && ((token) => choose(picked, token))) : el("p", { class: "note" }, tokens.length && last.whole ? speak.say("touch_token") : ""))
  }
  return {
    node: el("div", { class: "written" }, shown, beside),
    update(tokens, words = [], whole = true) {
      last = { tokens, words, whole }
      if (whole && picked >= tokens.length) picked = null
      draw()
    },
    pick: (at) => (picked = at),
  }
}

/** All that the language model got, the person's words lit in it. */
function given({ given: all, prompt, remote }, speak) {
  const said = prompt && all.includes(prompt) ? all.lastIndexOf(prompt) : -1
  const parts = said < 0 ? [all] : [all.slice(0, said), el("mark", { class: "person" }, prompt), all.slice(said + prompt.length)]
  return all && el("details", { class: "folded given" }, el("summary", {}, speak.say("given")), el("p", { class: "note" }, speak.say("given_plain"), remote ? ` ${speak.say("given_remote")}` : ""), el("pre", { class: "computed", dir: "auto", tabindex: "0" }, parts))
}

/** What is told of a whole text beside its words. */
export function account(data, { speak, term }) {
  const wrong = data.problem && [el("p", { class: "warning" }, speak.say(speak.has(`problem_${data.problem}`) ? `problem_${data.problem}` : "problem_Other")), el("p", {}, speak.say("words_kept"))]
  const declined = data.declined ?? []
  const took = (name) => !declined.includes(name)
  const stopped = data.ended === "cancelled" && el("p", { class: "warning" }, speak.say("ended_cancelled"))
  return [wrong || stopped,
    data.dropped.length > 0 && !data.problem && el("p", { class: "note" }, speak.phrase("words_dropped", { words: el("span", { class: "person" }, data.dropped.join(", ")) })),
    el("p", { class: "note" }, speak.say(`known_${data.known}`)),
    declined.length > 0 && el("p", { class: "note" }, speak.say("declined", { what: speak.list(declined.map((name) => speak.say(`declined_${name}`))) })),
    facts([
      [speak.say("by_model"), data.model],
      !data.problem && [speak.say("legend_added"), speak.count("words_added", data.added)],
      took("temperature") && [term("temperature", speak.say("temperature")), speak.number(data.temperature)],
      took("top_p") && [term("top-p", speak.say("top_p")), speak.number(data.top_p)],
      took("seed") && data.seed !== null && [speak.say("words_seed"), `${data.seed}`],
      [speak.say("rewritten_in"), speak.seconds(data.seconds)],
    ]),
    ["end", "length"].includes(data.ended) && el("p", { class: "note" }, speak.say(`ended_${data.ended}`)),
    given(data, speak)]
}

export function open(body, kit) {
  let [seen, shown] = [null, null]
  const off = (prompt) => [el("p", { class: "still" }, kit.speak.say("still_enhance")),
    kit.enhanceUrl && prompt && el("p", {}, el("a", { class: "quiet", href: `${kit.enhanceUrl}&prompt=${encodeURIComponent(prompt)}` }, kit.speak.say("to_enhance")))]
  return {
    update(run) {
      const event = run.first.enhance
      if (!event || event === seen) return
      seen = event
      if (event.kind === "off") return body.replaceChildren(...off(run.first.prompt?.data.prompt).flat().filter(Boolean))
      shown ??= text(kit)
      const whole = event.kind === "enhanced"
      shown.update(whole ? event.data.tokens : run.written.filter(Boolean), whole ? event.data.words : [], whole)
      body.replaceChildren(...[shown.node, whole ? account(event.data, kit) : el("p", { class: "note" }, kit.speak.say("writing"))].flat(Infinity).filter(Boolean))
    },
  }
}
