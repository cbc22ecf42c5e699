/**
 * The list of traces: one row per trace, its agent's name first.
 */
import {
  clockTime,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatTokens,
  formatUsd,
  fullTime,
  oneLine
} from "../../model/format.js"
import { attributeText } from "../../model/kind.js"
import type { TraceView } from "../../model/TraceView.js"
import { type Child, element, inline } from "../dom.js"
import { traceScoreMark } from "./scoreViews.js"
import { stateMark, stateSign } from "./stateMark.js"
import { makeVirtualList, type VirtualList } from "./virtualList.js"

/** Pixels. */
const rowHeight = 50

const dimText = (text: string, title: string): Child =>
  text === "" ? undefined : element("span", { attributes: { title } }, text)

const traceRow = (
  trace: TraceView,
  position: number,
  count: number,
  selected: boolean,
  newest: number
): HTMLElement => {
  const user = attributeText(trace.spans[0]?.known ?? {}, "user_id")
  const tokens = trace.usage.tokensIn + trace.usage.tokensOut
  return element(
    "div",
    {
      class: "trace",
      attributes: {
        id: `trace-${position}`,
        role: "option",
        "aria-selected": String(selected),
        "aria-posinset": position + 1,
        "aria-setsize": count
      }
    },
    stateMark(trace.state, stateSign[trace.state] || "✓"),
    inline(
      "top",
      element("span", { class: "name clip", attributes: { title: oneLine(trace.title) } }, oneLine(trace.title)),
      failuresInside(trace),
      traceScoreMark(trace)
    ),
    inline("number", formatDuration(trace.totalMs)),
    inline(
      "second clip",
      element("span", { attributes: { title: fullTime(trace.startedAt) } }, clockTime(trace.startedAt, newest)),
      inline("", formatNumberOf(trace.spans.length, "span")),
      dimText(tokens === 0 ? "" : `${formatTokens(tokens)} tok`, `${formatCount(tokens)} tokens in and out`),
      inline("clip", oneLine(user))
    ),
    inline("cost number", formatUsd(trace.usage.costUsd))
  )
}

/** The failures in a trace whose root succeeded, which would otherwise be visible only after opening it. */
const failuresInside = (trace: TraceView): Child =>
  trace.failed === 0 || trace.state === "failure"
    ? undefined
    : element(
      "span",
      {
        class: "inside clip",
        attributes: { title: `${formatNumberOf(trace.failed, "failed span")}: ${oneLine(trace.firstFailed)}` }
      },
      trace.failed === 1 ? `✕ ${oneLine(trace.firstFailed)}` : `✕ ${formatCount(trace.failed)} failed`
    )

export interface TraceList {
  readonly element: HTMLElement
  readonly draw: (traces: ReadonlyArray<TraceView>, selected: TraceView | undefined) => void
}

export const makeTraceList = (onSelect: (trace: TraceView) => void): TraceList => {
  let traces: ReadonlyArray<TraceView> = []
  let selected: TraceView | undefined
  const list: VirtualList = makeVirtualList({
    rowHeight,
    attributes: { role: "listbox", "aria-label": "Traces", id: "traces" },
    renderRow: (position) => {
      const trace = traces[position]!
      const row = traceRow(trace, position, traces.length, trace === selected, traces[0]!.startedAt)
      row.addEventListener("click", () => onSelect(trace))
      return row
    }
  })
  return {
    element: list.element,
    draw: (newTraces, newSelected) => {
      const moved = newSelected !== selected
      traces = newTraces
      selected = newSelected
      list.draw(traces.length)
      list.activate(selected === undefined ? -1 : traces.indexOf(selected), moved)
    }
  }
}
