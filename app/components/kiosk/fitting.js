// Text that must fit its place: the largest letters with which all of it is seen.

/** Set `line` in the first of `sizes` (rem, the largest first) with which it overflows `box` no more. */
export function fitting(line, box, sizes) {
  if (!box.clientHeight) return
  const fits = (size) => {
    line.style.fontSize = `${size}rem`
    return line.scrollHeight <= box.clientHeight + 1 && line.scrollWidth <= box.clientWidth + 1
  }
  sizes.some(fits)
}

const TIGHTER = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58]

/** Have all text in `box` that follows `--tight` become smaller until nothing of it is cut off. */
export function tightened(box) {
  if (!box.clientHeight) return
  TIGHTER.some((share) => {
    box.style.setProperty("--tight", share)
    return box.scrollHeight <= box.clientHeight + 1
  })
}
