// A painted region: cells of the latents, painted or not.

export function mask(rows, columns) {
  let cells = new Uint8Array(rows * columns)

  /** Paint (or take away) every cell whose middle lies within the brush, along a line from one point to another. */
  function stroke([x0, y0], [x1, y1], size, value) {
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) * 2))
    for (let step = 0; step <= steps; step += 1) dab(x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps, size / 2, value)
  }

  function dab(x, y, radius, value) {
    const put = (row, column) => row >= 0 && row < rows && column >= 0 && column < columns && (cells[row * columns + column] = value)
    put(Math.floor(y), Math.floor(x))
    for (let row = Math.floor(y - radius); row <= y + radius; row += 1)
      for (let column = Math.floor(x - radius); column <= x + radius; column += 1)
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) put(row, column)
  }

  return {
    rows, columns, stroke,
    has: (row, column) => Boolean(cells[row * columns + column]),
    count: () => cells.reduce((sum, one) => sum + one, 0),
    clear: () => cells.fill(0),
    invert: () => (cells = cells.map((one) => 1 - one)),
    texts: () => Array.from({ length: rows }, (_, row) =>
      Array.from(cells.subarray(row * columns, (row + 1) * columns), (one) => (one ? "#" : ".")).join("")),
    read: (texts) => texts.forEach((text, row) => [...text].forEach((one, column) => (cells[row * columns + column] = one === "#" ? 1 : 0))),
  }
}
