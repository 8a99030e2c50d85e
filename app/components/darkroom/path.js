// The path: how far each step moved the latents, and the way they took, beside B's.

import { el, svg } from "../chain/dom.js"
import { asking } from "./asking.js"
import { placeOfStep } from "./places.js"

const SIDE = 320
const EDGE = 18

export function path(desk) {
  const { speak } = desk
  const [moves, plot] = [el("div", { class: "moves" }), el("div", { class: "plot" })]
  const node = el("div", { class: "pane-body" }, el("p", { class: "note" }, speak.say("moves_help")), moves, plot)
  const fill = asking(plot, speak)
  return {
    node,
    update() {
      const { shot, other } = desk
      moves.replaceChildren(bars(desk))
      const others = other && other.id !== shot.id ? `?with=${other.id}` : ""
      if (desk.running() || !shot.taken) return
      fill(`${shot.id}/${shot.taken}/${others}/${desk.cursor}`, () => desk.shelf.take(`/darkroom/${shot.id}/trajectory.json${others}${others ? "&" : "?"}taken=${shot.taken}`),
        (found) => found.runs.length ? [drawn(desk, found), el("p", { class: "note" }, speak.say("plot_help", { first: speak.percent(found.explained[0]), second: speak.percent(found.explained[1]) }))] : [])
    },
  }
}

function bars(desk) {
  const { shot, cursor, speak } = desk
  const values = Array.from({ length: shot.taken }, (_, at) => shot.steps[at]?.moved ?? 0)
  const most = Math.max(...values, 1e-9)
  return el("div", { class: "move-bars", style: { "--count": shot.of } }, values.map((value, step) => {
    const said = speak.say("moved_told", { step: step + 1, value: speak.number(value) })
    return el("button", { type: "button", class: "move-bar", "aria-label": said, title: said, "aria-current": placeOfStep(step) === cursor ? "step" : null, style: { "--share": value / most }, onclick: () => desk.look(placeOfStep(step)) })
  }))
}

/** The ways as lines; A solid with a point at the cursor, B dashed. */
function drawn(desk, { runs }) {
  const points = runs.flatMap((run) => run.points)
  const range = (name) => [Math.min(...points.map((one) => one[name])), Math.max(...points.map((one) => one[name]))]
  const [[left, right], [low, high]] = [range("x"), range("y")]
  const span = Math.max(right - left, high - low) || 1
  const at = ({ x, y }) => [EDGE + ((x - (left + right) / 2) / span + 0.5) * (SIDE - 2 * EDGE), EDGE + (0.5 - (y - (low + high) / 2) / span) * (SIDE - 2 * EDGE)]
  const lines = runs.map((run, number) => svg("g", { class: number ? "way-b" : "way-a" },
    svg("polyline", { points: run.points.map((one) => at(one).map((value) => value.toFixed(1)).join()).join(" "), fill: "none" }),
    run.points.map((one) => svg("circle", { cx: at(one)[0].toFixed(1), cy: at(one)[1].toFixed(1), r: 2 }))))
  const here = runs[0].points[Math.max(0, Math.min(runs[0].points.length - 1, desk.cursor - 1))]
  const way = runs[0].points
  const ends = [[way[0], way[1], "chance", "noise_end"], [way.at(-1), way.at(-2), "program", "picture_end"]]
  const free = (point, next) => (next && at(next)[1] < at(point)[1] ? 18 : -10) // above, or below where the way goes up
  return svg("svg", { class: "ways-plot", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": desk.speak.say("plot_alt") }, lines,
    ends.map(([point, next, who, key]) => svg("text", { x: at(point)[0], y: at(point)[1] + free(point, next), class: who, "text-anchor": at(point)[0] > SIDE / 2 ? "end" : "start" }, desk.speak.say(key))),
    here && desk.cursor > 0 && svg("circle", { class: "plot-here", cx: at(here)[0], cy: at(here)[1], r: 6 }))
}
