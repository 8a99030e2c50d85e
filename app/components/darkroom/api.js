// What the page asks of the server, and what it answers. A refusal carries the server's own sentence.

export class Refusal extends Error {
  constructor(status, said = {}) {
    super(said.sentence ?? "")
    this.status = status
    this.problem = said.problem ?? ""
  }
}

async function answered(request) {
  const answer = await request.catch(() => Promise.reject(new Refusal(0)))
  const said = await answer.json().catch(() => null)
  if (!answer.ok) throw new Refusal(answer.status, said ?? {})
  return said
}

/** What can be read and told in one language; what is posted goes to addresses under `place`. */
export function server(lang, place = "/darkroom") {
  const spoken = (path) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`
  const read = (path) => answered(fetch(spoken(path)))
  const post = (what, body) => answered(fetch(spoken(`${place}/${what}`), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }))
  const send = (path, file) => answered(fetch(spoken(path), { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file }))
  return { read, post, send, spoken }
}

/** Reads each address once; at most `most` answers are kept. A refused one is asked for again. */
export function shelf(read, most = 160) {
  const kept = new Map()
  return {
    take(path) {
      if (!kept.has(path)) {
        const asked = read(path)
        kept.set(path, asked)
        asked.catch(() => kept.delete(path))
        if (kept.size > most) kept.delete(kept.keys().next().value)
      }
      return kept.get(path)
    },
    drop: (beginning) => [...kept.keys()].filter((path) => path.startsWith(beginning)).forEach((path) => kept.delete(path)),
  }
}
