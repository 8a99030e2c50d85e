// Which picture belongs to a place, in one of the ways of looking.

export const WAYS = ["clean", "latents", "channels", "guidance"]

/**
 * `{src, raw, told}` of an exposure's place, or null where there is none. `told` is the caption's label.
 * A kept picture is shown from its own address; what a live run has not kept yet comes from its events.
 */
export async function pictureAt(desk, id, place, way) {
  if (!place || place.key === "words") return null
  if (place.key === "chance") return chance(desk, id, way)
  const shot = id === desk.shot?.id ? desk.shot : null
  if (place.key === "picture" && way === "clean") {
    return shot && desk.running() ? null : { src: `/exposures/${id}/picture.png`, raw: false, told: "sees_picture" }
  }
  const step = place.step ?? (shot ? shot.of - 1 : null)
  if (step === null || step < 0) return null
  return ofStep(desk, id, step, place.step === undefined && way === "clean" ? "latents" : way, shot)
}

async function chance(desk, id, way) {
  const home = desk.home(id, -1)
  if (home === desk.shot?.id && !desk.written) return null
  const { pictures } = await desk.shelf.take(`/darkroom/${home}/noise.json`)
  if (!pictures) return null
  return way === "channels" ? { src: pictures.channels, raw: true, wide: true, told: "sees_chance_channels" } : { src: pictures.latents, raw: true, told: "sees_chance" }
}

async function ofStep(desk, id, step, way, shot) {
  if (bare(shot)) return null
  if (way === "clean" && !(shot && desk.live.has(step))) return { src: kept(desk, id, step), raw: false, told: "sees_clean", step }
  const after = (way === "latents" || way === "channels") && (!shot || step + 1 < shot.taken) // those that the next step begins with
  const event = after ? await desk.step(id, step + 1).catch(() => desk.step(id, step)) : await desk.step(id, step)
  const { pictures, data } = event
  if (way === "clean") return { src: pictures.denoised ?? pictures.thumbnail, raw: !pictures.denoised, told: "sees_clean", step }
  if (!pictures[way]) return null
  return { src: pictures[way], raw: true, wide: way === "channels", told: way === "guidance" ? "sees_guidance" : data.index === step ? `sees_${way}_before` : `sees_${way}`, step }
}

/** Whether all that was kept of an exposure is its record and its picture. */
function bare(shot) {
  return shot?.keep === "picture" && shot.state === "finished"
}

/** Where a step's picture is kept: until a branch is, its inherited steps are its parent's. */
function kept({ shot, running }, id, step) {
  const home = shot && id === shot.id && running() && step < (shot.branch_step ?? 0) ? shot.parent : id
  return `/exposures/${home}/steps/${step}.webp`
}

/** A small picture of a place, for the strip; null where words stand instead. */
export function small(desk, place) {
  const { shot, live } = desk
  if (place.step === undefined) return place.key === "picture" && shot.state === "finished" ? `/exposures/${shot.id}/thumbnail.webp?taken=${shot.taken}` : null
  const event = live.get(place.step)
  if (bare(shot)) return null
  return event ? (event.pictures.denoised ?? event.pictures.thumbnail) : kept(desk, shot.id, place.step)
}

/** An image that is ready to be drawn. */
export async function loaded(src) {
  const image = new Image()
  image.src = src
  await image.decode()
  return image
}

const SHADE = 165 // of 255: what is little looked at is still to be seen

/** A grey map as a veil: dark where little was seen. */
export async function veil(canvas, src) {
  const image = await loaded(src)
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight })
  const brush = canvas.getContext("2d", { willReadFrequently: true })
  brush.drawImage(image, 0, 0)
  const seen = brush.getImageData(0, 0, canvas.width, canvas.height)
  let most = 1
  for (let at = 0; at < seen.data.length; at += 4) most = Math.max(most, seen.data[at])
  for (let at = 0; at < seen.data.length; at += 4) {
    const share = seen.data[at] / most
    seen.data.set([0, 0, 0, Math.round(SHADE * (1 - share))], at)
  }
  brush.putImageData(seen, 0, 0)
}

const GAINS = [2, 3, 5, 10, 20, 50]

/** The difference of two pictures, channel by channel, made as strong as fits; returns its mean, of 255, and the gain. */
export async function difference(canvas, a, b) {
  const images = await Promise.all([loaded(a), loaded(b)])
  const width = Math.max(...images.map((one) => one.naturalWidth))
  const height = Math.max(...images.map((one) => one.naturalHeight))
  Object.assign(canvas, { width, height })
  const brush = canvas.getContext("2d", { willReadFrequently: true })
  brush.imageSmoothingEnabled = false
  const [first, second] = images.map((image) => {
    brush.drawImage(image, 0, 0, width, height)
    return brush.getImageData(0, 0, width, height)
  })
  let [sum, most] = [0, 1]
  for (let at = 0; at < first.data.length; at += 1) {
    if (at % 4 === 3) continue
    const apart = Math.abs(first.data[at] - second.data[at])
    sum += apart
    most = Math.max(most, apart)
    first.data[at] = apart
  }
  const gain = GAINS.findLast((one) => one * most <= 255) ?? GAINS[0]
  for (let at = 0; at < first.data.length; at += 1) if (at % 4 !== 3) first.data[at] *= gain
  brush.putImageData(first, 0, 0)
  return { mean: sum / (width * height * 3), gain }
}
