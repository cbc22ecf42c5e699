/**
 * The waterfall of one trace: overview, axis, and a tree grid with a row per visible span.
 *
 * Draws the page's state and reports clicks and wheel events; keeps no state of the trace itself.
 */
import type { PageState } from "../../model/pageState.js"
import { positionOf } from "../../model/rows.js"
import { moveRange, positionIn, ticksOf, type TimeRange, zoomRange } from "../../model/timeAxis.js"
import { block, element, fill, setAttributes } from "../dom.js"
import { makeOverview } from "./overview.js"
import { spanRow } from "./spanRow.js"
import { makeVirtualList } from "./virtualList.js"

export interface WaterfallActions {
  readonly select: (index: number) => void
  readonly fold: (index: number) => void
  readonly zoom: (range: TimeRange) => void
}

export interface Waterfall {
  readonly element: HTMLElement
  /** The tree grid, which takes the focus. */
  readonly grid: HTMLElement
  readonly draw: (state: PageState, before: PageState) => void
  readonly recolor: () => void
  readonly pageSize: () => number
}

/** Pixels per row, the same as `--row` in the style. */
const rowHeight = 24

/** The minimum distance between two lines of the axis, in pixels. */
const tickGap = 64
/** The maximum width of a label, in pixels. */
const labelWidth = 48

export const makeWaterfall = (initial: PageState, actions: WaterfallActions): Waterfall => {
  let state = initial
  let matching = new Set(state.matching)
  const overview = makeOverview(actions.zoom)
  const axis = makeAxis()
  const list = makeVirtualList({
    rowHeight,
    attributes: { role: "treegrid", "aria-label": "Spans", "aria-readonly": "true", id: "spans" },
    renderRow: (position) => {
      const index = state.visible[position]!
      return spanRow(state.trace!.spans[index]!, {
        position,
        range: state.range,
        selected: index === state.selected,
        folded: state.folded.has(index),
        matching: matching.has(index)
      })
    }
  })
  const grid = list.element
  listen(grid, actions)
  zoomByWheel(grid, axis.time, () => state, actions.zoom)
  new ResizeObserver(() => axis.draw(state, scrollbarOf(grid))).observe(axis.time)

  return {
    element: block("pane", overview.element, axis.element, block("spans", axis.lines, grid)),
    grid,
    recolor: overview.recolor,
    pageSize: list.pageSize,
    draw: (next, before) => {
      state = next
      matching = new Set(state.matching)
      setAttributes(grid, { "aria-rowcount": state.trace?.spans.length ?? 0 })
      overview.draw(state.trace, state.range)
      if (next.trace?.traceId !== before.trace?.traceId) {
        grid.scrollTop = 0
      }
      list.draw(state.visible.length)
      list.activate(
        positionOf(state.visible, state.selected),
        next.selected !== before.selected || next.view !== before.view || next.tab !== before.tab
      )
      axis.draw(state, scrollbarOf(grid))
    }
  }
}

const scrollbarOf = (grid: HTMLElement): number => grid.offsetWidth - grid.clientWidth

const listen = (grid: HTMLElement, actions: WaterfallActions): void => {
  grid.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : undefined
    const index = Number(target?.closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1)
    if (index < 0) {
      return
    }
    if (target?.closest(".fold") !== null && target?.closest(".fold")?.textContent !== "") {
      actions.fold(index)
    } else {
      actions.select(index)
    }
  })
  grid.addEventListener("dblclick", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null
    if (row !== null) {
      actions.fold(Number(row.dataset["index"]))
    }
  })
}

/** With Ctrl the wheel zooms around the pointer, with Shift it moves the range, and alone it scrolls as usual. */
const zoomByWheel = (
  grid: HTMLElement,
  time: HTMLElement,
  stateNow: () => PageState,
  zoom: (range: TimeRange) => void
): void => {
  grid.addEventListener("wheel", (event) => {
    const { range, trace } = stateNow()
    if (trace === undefined || !(event.ctrlKey || event.shiftKey)) {
      return
    }
    event.preventDefault()
    const box = time.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    const anchor = range.from + share * (range.to - range.from)
    const amount = event.deltaY + event.deltaX
    zoom(
      event.ctrlKey
        ? zoomRange(range, Math.exp(amount * 0.002), anchor, trace.totalMs)
        : moveRange(range, amount * 0.001, trace.totalMs)
    )
  }, { passive: false })
}

interface Axis {
  readonly element: HTMLElement
  readonly time: HTMLElement
  readonly lines: HTMLElement
  readonly draw: (state: PageState, scrollbar: number) => void
}

const makeAxis = (): Axis => {
  const time = block("time")
  const lines = block("")
  const columns = ["Time", "Tokens", "Cost"].map((name) => block("number", name))
  const head = element(
    "div",
    { class: "axis columns", attributes: { "aria-hidden": "true" } },
    block("", "Span"),
    time,
    ...columns,
    resizer("--name-width", { least: 160, most: 900, title: "Drag to change the width of the names" })
  )
  const behind = element("div", { class: "lines columns", attributes: { "aria-hidden": "true" } }, block(""), lines)
  return {
    element: head,
    time,
    lines: behind,
    draw: ({ range }, scrollbar) => {
      head.style.setProperty("--scrollbar", `${scrollbar}px`)
      behind.style.setProperty("--scrollbar", `${scrollbar}px`)
      const ticks = ticksOf(range, time.clientWidth, tickGap)
      const left = (at: number) => ({ left: `${positionIn(range, at) * 100}%` })
      // A label that would be cut off is placed before its line.
      const isLast = (at: number) => (1 - positionIn(range, at)) * time.clientWidth < labelWidth
      fill(
        time,
        ...ticks.map((tick) =>
          element("span", { class: isLast(tick.time) ? "tick last" : "tick", style: left(tick.time) }, tick.label)
        )
      )
      fill(lines, ...ticks.map((tick) => element("i", { style: left(tick.time) })))
    }
  }
}

/** Limits in pixels, and the handle's title. */
interface ResizerOptions {
  readonly least: number
  readonly most: number
  readonly title: string
}

/** The handle that changes a variable such as `--name-width`. */
const resizer = (variable: string, options: ResizerOptions): HTMLElement => {
  const root = document.documentElement
  const grip = element("div", { class: "grip", attributes: { title: options.title } })
  grip.addEventListener("pointerdown", (down) => {
    down.preventDefault()
    grip.setPointerCapture(down.pointerId)
    const before = parseFloat(getComputedStyle(root).getPropertyValue(variable))
    const move = (event: PointerEvent) => {
      const width = Math.min(options.most, Math.max(options.least, before + event.clientX - down.clientX))
      root.style.setProperty(variable, `${width}px`)
    }
    const stop = () => grip.removeEventListener("pointermove", move)
    grip.addEventListener("pointermove", move)
    grip.addEventListener("pointerup", stop, { once: true })
    grip.addEventListener("pointercancel", stop, { once: true })
  })
  return grip
}
