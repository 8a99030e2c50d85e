// The dice: chance chooses what the visitor left open, and it is said that it was chance.

import { el, mark } from "../chain/dom.js"

/** `thrown` gets `{chosen, drawn, fr, en}`; `cards` are whole sentences, where the model has no words of its own. */
export function dice(kit, { chosen, thrown, refused }) {
  const label = el("span")
  const node = el("button", { type: "button", class: "way dice", onclick: cast }, mark("chance"), label)
  let rolling = null

  async function cast() {
    if (rolling) return
    const mine = (rolling = {})
    const given = JSON.stringify(chosen())
    try {
      const answer = kit.data.words ? await kit.post("/dice", { chosen: chosen() }) : { card: drawn(kit.data.cards.length) }
      if (mine === rolling && given === JSON.stringify(chosen())) thrown(answer)
    } catch (why) {
      if (mine === rolling) refused(why)
    }
    if (mine === rolling) rolling = null
  }

  return { node, forget: () => (rolling = null), draw: () => (label.textContent = kit.say("dice")) }
}

/** One of so many, each as likely. */
function drawn(many) {
  const [number] = crypto.getRandomValues(new Uint32Array(1))
  return number % many
}
