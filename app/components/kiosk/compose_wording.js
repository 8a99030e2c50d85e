// The visitor's words, however they came: chosen on cards, drawn by chance, typed, or a whole card's. The server makes the sentence.

import { PARTS, choose, held, nothing, without } from "./compose_state.js"

/** `changed()` when the sentence is another, `refused(why)` when the server did not make it. */
export function wording(kit, { changed, refused }) {
  let [chosen, drawn, said, typed, card, asked] = [nothing(), new Set(), {}, null, null, 0]

  const composed = () => said[kit.lang()] ?? ""
  const text = () => typed ?? (card === null ? composed() : kit.data.cards[card][kit.lang()])

  /** What was drawn stays chance's only while it is there. */
  const prune = () => (drawn = new Set(PARTS.filter((part) => drawn.has(part) && held(chosen, part) !== null)))

  async function compose() {
    const mine = (asked += 1)
    if (!chosen.nouns.length) said = {}
    else {
      try {
        const answer = await kit.post("/sentence", { chosen })
        if (mine !== asked) return
        said = answer
      } catch (why) {
        if (mine === asked) refused(why)
        return
      }
    }
    changed()
  }

  return {
    text,
    chosen: () => chosen,
    drawn: () => drawn,
    card: () => card,
    typed: () => typed !== null,
    /** What chance is asked to complete: all that a person chose. */
    own: () => without(chosen, drawn),
    /** A person chose. */
    take(part, id) {
      chosen = choose(chosen, part, id)
      drawn.delete(part)
      prune()
      ;[typed, card] = [null, null]
      return compose()
    },
    /** A whole sentence from a card, taken by a person or drawn. */
    pick(index, by = "person") {
      ;[typed, card] = [null, index]
      drawn = new Set(by === "chance" ? ["prompt"] : [])
      changed()
    },
    thrown(answer) {
      asked += 1
      chosen = { ...nothing(), ...answer.chosen }
      drawn = new Set(answer.drawn)
      said = { fr: answer.fr, en: answer.en }
      ;[typed, card] = [null, null]
      changed()
    },
    write(words) {
      ;[typed, card] = [words, null]
    },
    /** Written to the end: nothing at all is nothing, and what was composed stays what was composed. */
    wrote() {
      if (typed === null) return
      if (!typed.trim()) this.forget()
      else if (typed === composed()) typed = null
      else drawn = new Set()
    },
    forget() {
      asked += 1
      ;[chosen, drawn, said, typed, card] = [nothing(), new Set(), {}, null, null]
    },
    /** As the server is asked for it; and as the visitor's other screens know it. */
    wish: () => ({ language: kit.lang(), chosen: typed === null && card === null ? chosen : null, prompt: typed === null && card === null ? null : text().trim(), drawn: [...drawn] }),
    visit: () => ({ chosen: typed === null && card === null ? chosen : null, drawn: [...drawn], text: text().trim(), said: typed === null && card === null ? said : null }),
  }
}
