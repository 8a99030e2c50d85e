// Icons, each one path in a box of 24 by 24.

import { icon } from "../chain/dom.js"

const PATHS = {
  run: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z", play: "M5 5v14M9 5v14l11-7z",
  back: "M15 4 7 12l8 8", on: "M9 4l8 8-8 8", start: "M18 4l-8 8 8 8M6 4v16", end: "M6 4l8 8-8 8M18 4v16",
  step: "M4 5v14l8-7zM15 5h4v14h-4z", undo: "M9 5 4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3", redo: "M15 5l5 5-5 5M20 10H10a6 6 0 0 0 0 12h3",
  remove: "M6 6l12 12M18 6 6 18", up: "M4 15l8-8 8 8", down: "M4 9l8 8 8-8", left: "M15 4 7 12l8 8", right: "M9 4l8 8-8 8",
  brush: "M4 20c4 0 5-2 5-4l9-11 2 2-11 9c-2 0-3 1-3 3", eraser: "M9 20h11M5 14l8-9 6 5-8 9H8z", name: "M4 20h4L20 8l-4-4L4 16z", prune: "M4 6h16M9 6V4h6v2M7 6l1 14h8l1-14",
  compare: "M12 3v18M4 6h6v12H4zM14 6h6v12h-6z", help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.5", keys: "M3 7h18v11H3zM6 10h1M10 10h1M14 10h1M18 10h0M7 14h10",
}

export const drawnIcon = (name) => icon(PATHS[name])
