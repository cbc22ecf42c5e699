/**
 * Shows the whole trace as a strip: parallel spans below each other, and the time range that the waterfall shows.
 *
 * Drag to choose a range, double-click to show everything again. Drawn on a canvas, because fifty thousand elements would be too slow; hidden from screen
 * readers, because the waterfall shows the same.
 */
import type { SpanKind } from "../../model/kind.js"
import { overviewRows } from "../../model/lanes.js"
import { positionIn, rangeBetween, type TimeRange, wholeRange } from "../../model/timeAxis.js"
import type { TraceView } from "../../model/TraceView.js"
import { sharpContext } from "../canvas.js"
import { block, element, inline } from "../dom.js"

/** More rows than this would be thinner than a pixel. */
const maxRows = 26

export interface Overview {
  readonly element: HTMLElement
  readonly draw: (trace: TraceView | undefined, range: TimeRange) => void
  /** Repaints with the colors of the current theme. */
  readonly recolor: () => void
}

type Colors = { readonly [Kind in SpanKind | "failure" | "interrupted"]: string }

const colorsOf = (target: Element): Colors => {
  // Read from an element, not from the variable, because only the element resolves light or dark.
  const probe = inline("")
  target.append(probe)
  const of = (name: string) => {
    probe.style.setProperty("color", `var(--${name})`)
    return getComputedStyle(probe).color
  }
  const colors = {
    run: of("run"),
    turn: of("turn"),
    model: of("model"),
    tool: of("tool"),
    delegate: of("delegate"),
    workflow: of("workflow"),
    step: of("step"),
    other: of("other"),
    failure: of("failed"),
    interrupted: of("interrupted")
  }
  probe.remove()
  return colors
}

const paint = (canvas: HTMLCanvasElement, trace: TraceView, rows: Uint16Array): void => {
  const ratio = window.devicePixelRatio
  const context = sharpContext(canvas)
  if (context === undefined) {
    return
  }
  const used = rows.reduce((most, row) => Math.max(most, row), 0) + 1
  const height = Math.min(canvas.height / used, 8 * ratio)
  const scale = canvas.width / wholeRange(trace.totalMs).to
  const colors = colorsOf(canvas.parentElement!)
  const lastColumn = new Int32Array(used).fill(-1)
  for (const span of trace.spans) {
    const row = rows[span.index]!
    const left = span.start * scale
    const width = (span.end - span.start) * scale
    const isBad = span.state === "failure" || span.state === "interrupted"
    // Only one of many spans in a column of pixels would be visible, so the others are skipped; failed ones are always painted.
    if (width < 1 && !isBad && lastColumn[row] === Math.floor(left)) {
      continue
    }
    lastColumn[row] = Math.floor(left)
    context.fillStyle = isBad ? colors[span.state] : colors[span.kind]
    context.fillRect(left, row * height, Math.max(width, ratio), Math.max(height - (height > 3 ? ratio : 0), 1))
  }
}

const percent = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(3)}%`

export const makeOverview = (onRange: (range: TimeRange) => void): Overview => {
  const canvas = element("canvas")
  const before = block("shade")
  const after = block("shade")
  const brush = block("brush")
  const strip = element(
    "div",
    {
      class: "overview",
      attributes: { "aria-hidden": "true", title: "Drag to zoom, double-click to show everything" }
    },
    canvas,
    before,
    after,
    brush
  )
  let trace: TraceView | undefined
  let range = wholeRange(0)
  let rows: Uint16Array = new Uint16Array(0)

  const total = (): number => trace?.totalMs ?? 0
  const timeAt = (event: PointerEvent): number => {
    const box = strip.getBoundingClientRect()
    return ((event.clientX - box.left) / box.width) * wholeRange(total()).to
  }
  const repaint = (): void => {
    if (trace !== undefined && strip.isConnected) {
      paint(canvas, trace, rows)
    }
  }
  const showRange = (shown: TimeRange, dragging: boolean): void => {
    const whole = wholeRange(total())
    const [from, to] = [positionIn(whole, shown.from), positionIn(whole, shown.to)]
    before.style.setProperty("width", percent(from))
    after.style.setProperty("left", percent(to))
    after.style.setProperty("right", "0")
    brush.style.setProperty("left", percent(from))
    brush.style.setProperty("right", percent(1 - to))
    brush.classList.toggle("dragging", dragging)
  }

  strip.addEventListener("pointerdown", (down) => {
    const start = timeAt(down)
    strip.setPointerCapture(down.pointerId)
    const move = (event: PointerEvent) => showRange(rangeBetween(start, timeAt(event), total()), true)
    const up = (event: PointerEvent) => {
      strip.removeEventListener("pointermove", move)
      const chosen = Math.abs(event.clientX - down.clientX) > 3
      showRange(range, false)
      if (chosen && event.type === "pointerup") {
        onRange(rangeBetween(start, timeAt(event), total()))
      }
    }
    strip.addEventListener("pointermove", move)
    strip.addEventListener("pointerup", up, { once: true })
    strip.addEventListener("pointercancel", up, { once: true })
  })
  strip.addEventListener("dblclick", () => onRange(wholeRange(total())))
  new ResizeObserver(repaint).observe(strip)

  return {
    element: strip,
    draw: (newTrace, newRange) => {
      const other = newTrace !== trace
      trace = newTrace
      range = newRange
      showRange(range, false)
      if (other) {
        rows = trace === undefined ? rows : overviewRows(trace.spans, maxRows)
        repaint()
      }
    },
    recolor: repaint
  }
}
