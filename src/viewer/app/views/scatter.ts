/**
 * Shows every trace as a point: cost on the vertical axis, duration or start on the horizontal one. A point opens its trace; dragging narrows the
 * search.
 *
 * Drawn on a canvas, because a hundred thousand elements would be too slow. Hidden from screen readers, because the list of traces shows the same.
 */
import { markOf, placeOn, type Scale, scaleOf, type ScatterAxis, valueAt } from "../../model/charts.js"
import { formatDuration, formatUsd, fullTime, oneLine } from "../../model/format.js"
import type { QueryMeasure, QueryRange } from "../../model/query.js"
import type { TraceView } from "../../model/TraceView.js"
import { sharpContext } from "../canvas.js"
import { block, button, element, fill, inline, setAttributes } from "../dom.js"

export interface ScatterActions {
  readonly open: (trace: TraceView) => void
  readonly narrow: (ranges: ReadonlyArray<readonly [QueryMeasure, QueryRange]>) => void
}

export interface Scatter {
  readonly element: HTMLElement
  readonly draw: (traces: ReadonlyArray<TraceView>, selected: TraceView | undefined) => void
  readonly recolor: () => void
}

/** Pixels: from the edge of the canvas to the first and last place, and from the pointer to the farthest point that it hits. */
const edge = 10
const reach = 14

interface Point {
  readonly trace: TraceView
  /** Pixels from the left and from the top. */
  readonly x: number
  readonly y: number
}

const axisTitle: { readonly [Axis in ScatterAxis]: string } = { duration: "Duration", start: "Start" }

const valueOn = (axis: ScatterAxis, trace: TraceView): number =>
  axis === "duration" ? Math.max(trace.totalMs, 0.001) : trace.startedAt

const formatOn = (axis: ScatterAxis, value: number): string =>
  axis === "duration" ? formatDuration(value) : fullTime(value).slice(0, 19).replace("T", " ")

export const makeScatter = (actions: ScatterActions): Scatter => {
  let traces: ReadonlyArray<TraceView> = []
  let selected: TraceView | undefined
  let axis: ScatterAxis = "duration"
  let scales: { readonly x: Scale; readonly y: Scale } = { x: scaleOf([], true), y: scaleOf([], true) }
  let points: ReadonlyArray<Point> = []
  const canvas = element("canvas")
  const brush = block("brush")
  const tip = element("div", { class: "tip", attributes: { hidden: true } })
  const plot = element("div", { class: "scatter-plot", attributes: { "aria-hidden": "true" } }, canvas, brush, tip)
  const left = inline("")
  const right = inline("")
  const high = inline("high")
  const low = inline("low")
  const toggles = (["duration", "start"] as const).map((each) =>
    [
      each,
      button(axisTitle[each], `${axisTitle[each]} on the horizontal axis`, () => {
        axis = each
        redraw()
      }, { class: "tab" })
    ] as const
  )
  const figure = element(
    "section",
    { class: "chart scatter" },
    element(
      "h2",
      {},
      "Cost of each trace by ",
      element("span", { class: "tabs", attributes: { role: "group" } }, ...toggles.map(([, toggle]) => toggle)),
      inline(
        "legend",
        inline("good", "● succeeded"),
        inline("inside", "◍ failure inside"),
        inline("failed", "✕ failed")
      )
    ),
    block("scatter-frame", high, low, plot),
    block("scatter-axis", left, right)
  )

  const redraw = (): void => {
    toggles.forEach(([each, toggle]) =>
      setAttributes(toggle, { "aria-pressed": String(each === axis), "aria-selected": String(each === axis) })
    )
    scales = {
      x: scaleOf(traces.map((trace) => valueOn(axis, trace)), axis === "duration"),
      y: scaleOf(traces.map(({ usage }) => usage.costUsd ?? 0), true)
    }
    left.textContent = formatOn(axis, scales.x.least)
    right.textContent = formatOn(axis, scales.x.most)
    high.textContent = formatUsd(scales.y.most)
    low.textContent = formatUsd(scales.y.least)
    repaint()
  }
  const repaint = (): void => {
    const { clientHeight: height, clientWidth: width } = canvas
    points = traces.map((trace) => ({
      trace,
      x: edge + placeOn(scales.x, valueOn(axis, trace)) * (width - 2 * edge),
      y: height - edge - placeOn(scales.y, trace.usage.costUsd ?? 0) * (height - 2 * edge)
    }))
    paint(canvas, points, selected)
  }
  const nearest = ({ offsetX, offsetY }: PointerEvent): Point | undefined => {
    let best: Point | undefined
    let least = reach
    for (const point of points) {
      const distance = Math.hypot(point.x - offsetX, point.y - offsetY)
      if (distance < least) {
        best = point
        least = distance
      }
    }
    return best
  }
  canvas.addEventListener("pointermove", (event) => {
    const point = nearest(event)
    tip.hidden = point === undefined
    canvas.classList.toggle("over", point !== undefined)
    if (point !== undefined) {
      fill(tip, ...tipOf(point.trace))
      tip.style.setProperty("left", `${Math.min(point.x + 10, Math.max(0, canvas.clientWidth - 190))}px`)
      tip.style.setProperty("top", `${point.y > canvas.clientHeight / 2 ? point.y - 62 : point.y + 10}px`)
    }
  })
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true
  })
  listenToDrags(canvas, brush, (from, to) => {
    const size = { x: canvas.clientWidth - 2 * edge, y: canvas.clientHeight - 2 * edge }
    const x = (pixel: number) => valueAt(scales.x, (pixel - edge) / size.x)
    const y = (pixel: number) => valueAt(scales.y, (canvas.clientHeight - edge - pixel) / size.y)
    const bottom = to.y >= canvas.clientHeight - edge ? 0 : y(to.y)
    actions.narrow([[axis, { from: x(from.x), to: x(to.x) }], ["cost", { from: bottom, to: y(from.y) }]])
  }, (event) => {
    const point = nearest(event)
    if (point !== undefined) {
      actions.open(point.trace)
    }
  })
  new ResizeObserver(repaint).observe(plot)
  return {
    element: figure,
    recolor: repaint,
    draw: (newTraces, newSelected) => {
      traces = newTraces
      selected = newSelected
      redraw()
    }
  }
}

const tipOf = (trace: TraceView): ReadonlyArray<HTMLElement> => [
  element("b", {}, oneLine(trace.title.slice(0, 60))),
  block("", `${formatDuration(trace.totalMs)} · ${formatUsd(trace.usage.costUsd) || "no cost"}`),
  block("", fullTime(trace.startedAt).slice(0, 19).replace("T", " ")),
  ...(trace.failed === 0 ? [] : [block("is-failure", `✕ ${oneLine(trace.firstFailed.slice(0, 60))}`)])
]

interface Place {
  readonly x: number
  readonly y: number
}

/** Calls `onArea` with the corners of a dragged area, top left first, and `onPress` for a press without dragging. */
const listenToDrags = (
  canvas: HTMLElement,
  brush: HTMLElement,
  onArea: (from: Place, to: Place) => void,
  onPress: (event: PointerEvent) => void
): void => {
  canvas.addEventListener("pointerdown", (down) => {
    canvas.setPointerCapture(down.pointerId)
    const cornersTo = (event: PointerEvent) =>
      [
        { x: Math.min(down.offsetX, event.offsetX), y: Math.min(down.offsetY, event.offsetY) },
        { x: Math.max(down.offsetX, event.offsetX), y: Math.max(down.offsetY, event.offsetY) }
      ] as const
    const move = (event: PointerEvent) => {
      const [from, to] = cornersTo(event)
      brush.hidden = false
      brush.style.setProperty("left", `${from.x}px`)
      brush.style.setProperty("top", `${from.y}px`)
      brush.style.setProperty("width", `${to.x - from.x}px`)
      brush.style.setProperty("height", `${to.y - from.y}px`)
    }
    const end = (event: PointerEvent) => {
      canvas.removeEventListener("pointermove", move)
      canvas.removeEventListener("pointerup", end)
      canvas.removeEventListener("pointercancel", end)
      brush.hidden = true
      const [from, to] = cornersTo(event)
      if (event.type === "pointerup" && Math.max(to.x - from.x, to.y - from.y) > 5) {
        onArea(from, to)
      } else if (event.type === "pointerup") {
        onPress(event)
      }
    }
    canvas.addEventListener("pointermove", move)
    canvas.addEventListener("pointerup", end)
    canvas.addEventListener("pointercancel", end)
  })
}

const paint = (canvas: HTMLCanvasElement, points: ReadonlyArray<Point>, selected: TraceView | undefined): void => {
  const ratio = window.devicePixelRatio
  const context = sharpContext(canvas)
  if (context === undefined) {
    return
  }
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const color = { good: style.color, inside: style.outlineColor, failed: style.borderTopColor }
  // Failed ones last, so that nothing covers them.
  for (const mark of ["good", "inside", "failed"] as const) {
    for (const { trace, x, y } of points) {
      if (markOf(trace) === mark) {
        context.globalAlpha = mark === "good" ? 0.65 : 1
        context.strokeStyle = color[mark]
        context.fillStyle = color[mark]
        context.lineWidth = 2
        context.beginPath()
        if (mark === "failed") {
          context.moveTo(x - 4, y - 4)
          context.lineTo(x + 4, y + 4)
          context.moveTo(x + 4, y - 4)
          context.lineTo(x - 4, y + 4)
          context.stroke()
        } else {
          context.arc(x, y, mark === "good" ? 4 : 4.5, 0, 7)
          context.fill()
          if (mark === "inside") {
            context.strokeStyle = color.failed
            context.stroke()
          }
        }
      }
    }
  }
  const chosen = points.find(({ trace }) => trace === selected)
  if (chosen !== undefined) {
    context.globalAlpha = 1
    context.strokeStyle = style.columnRuleColor
    context.lineWidth = 1.5
    context.beginPath()
    context.arc(chosen.x, chosen.y, 9, 0, 7)
    context.stroke()
  }
}
