/**
 * One row of the waterfall: the span's label, its time bar and its usage.
 */
import { formatDuration, formatTokens, formatUsd, oneLine } from "../../model/format.js"
import { kindTitle, labelOf, type SpanLabel } from "../../model/kind.js"
import { positionIn, type TimeRange } from "../../model/timeAxis.js"
import type { SpanView } from "../../model/TraceView.js"
import { type Child, element, inline } from "../dom.js"
import { spanScoreMark } from "./scoreViews.js"
import { stateSign, stateWord } from "./stateMark.js"

export interface RowContext {
  readonly position: number
  readonly range: TimeRange
  readonly selected: boolean
  readonly folded: boolean
  readonly matching: boolean
}

/** Pixels per level, and the deepest indented level; deeper rows show their depth as a number. */
const indent = 14
const deepest = 16

/** The row. The waterfall handles clicks on `.fold` and on the rest. */
export const spanRow = (span: SpanView, context: RowContext): HTMLElement =>
  element(
    "div",
    {
      class: `span columns kind-${span.kind} state-${span.state}${context.matching ? " matching" : ""}`,
      attributes: {
        id: `span-${span.index}`,
        role: "row",
        "data-index": span.index,
        "aria-level": span.depth + 1,
        "aria-rowindex": context.position + 1,
        "aria-selected": String(context.selected),
        "aria-expanded": span.size > 1 ? String(!context.folded) : undefined
      }
    },
    nameCell(span, context),
    timeCell(span, context.range),
    numberCell(formatDuration(span.durationMs), "own"),
    numberCell(formatTokens(span.usage.tokensIn + span.usage.tokensOut), usageClass(span)),
    numberCell(formatUsd(span.usage.costUsd), usageClass(span))
  )

// Usage belongs to model calls; their ancestors show sums.
const usageClass = (span: SpanView): string => span.kind === "model" ? "own" : "sum"

const numberCell = (text: string, kind: string): HTMLElement =>
  element("div", { class: `number ${kind}`, attributes: { role: "gridcell" } }, text)

const nameCell = (span: SpanView, { folded }: RowContext): HTMLElement => {
  const label = labelOf(span.kind, span.name, span.known)
  return element(
    "div",
    { class: "cell-name", attributes: { role: "gridcell", title: rowTitle(span) } },
    element("span", { class: "indent", style: { width: `${Math.min(span.depth, deepest) * indent}px` } }),
    span.depth > deepest ? inline("deep", `${span.depth}`) : undefined,
    element(
      "span",
      { class: "fold", attributes: { "aria-hidden": "true" } },
      span.size === 1 ? "" : folded ? "▶" : "▼"
    ),
    badge(span, label),
    inline("primary clip", oneLine(label.primary)),
    label.secondary === "" ? undefined : inline("secondary clip", oneLine(label.secondary)),
    ...flags(span),
    folded ? inline("more", `+${span.size - 1}`) : undefined
  )
}

export const badge = (span: SpanView, label: SpanLabel): HTMLElement =>
  element(
    "span",
    { class: `badge ${span.kind}`, attributes: { title: kindTitle[span.kind] } },
    element("span", { attributes: { "aria-hidden": "true" } }, oneLine(label.badge)),
    inline("spoken", kindTitle[span.kind])
  )

const flags = (span: SpanView): ReadonlyArray<Child> => [
  span.parallel > 1
    ? element(
      "span",
      { class: "flag parallel", attributes: { title: `${span.parallel} in parallel` } },
      `∥${span.parallel}`
    )
    : undefined,
  span.state === "success"
    ? undefined
    : inline(`flag is-${span.state}`, stateSign[span.state], inline("word", ` ${stateWord[span.state]}`)),
  span.oddity === "" ? undefined : inline("flag is-interrupted", "⚠", inline("word", ` ${span.oddity}`)),
  spanScoreMark(span)
]

const rowTitle = (span: SpanView): string =>
  oneLine(
    `${span.name} · ${kindTitle[span.kind]} · ${stateWord[span.state]}${
      span.exception === null ? "" : ` · ${span.exception}`
    }`
  )

const percent = (share: number): string => `${(share * 100).toFixed(4)}%`

const timeCell = (span: SpanView, range: TimeRange): HTMLElement => {
  const from = positionIn(range, span.start)
  const to = positionIn(range, span.end)
  const cell = element("div", { class: "time", attributes: { role: "gridcell", title: timeTitle(span) } })
  if (to < 0 || from > 1) {
    cell.append(
      element("span", { class: "outside", style: to < 0 ? { left: "4px" } : { right: "4px" } }, to < 0 ? "◂" : "▸")
    )
    return cell
  }
  // Bars far longer than the screen are clipped just outside it, which keeps their pattern cheap to draw.
  const left = Math.max(from, -0.05)
  const right = Math.min(to, 1.05)
  // An open span that has just started would have no width, right at the edge.
  const room = span.state === "open" ? 16 : 2
  const bar = element("div", {
    class: "bar",
    style: { left: `min(${percent(left)}, calc(100% - ${room}px))`, width: `max(${percent(right - left)}, ${room}px)` }
  })
  bar.append(...insideBar(span, range, left, right))
  cell.append(bar)
  return cell
}

/** Marks inside a bar: the time to the first token, and events. */
const insideBar = (span: SpanView, range: TimeRange, left: number, right: number): ReadonlyArray<Node> => {
  const within = (time: number) => (positionIn(range, time) - left) / (right - left)
  const ttft = span.known["ttft_ms"]
  const waiting = span.kind === "model" && typeof ttft === "number" && ttft > 0 && ttft < span.durationMs
    ? [
      element("div", {
        class: "waiting",
        style: { width: percent(Math.max(0, Math.min(1, within(span.start + ttft)))) }
      })
    ]
    : []
  const events = span.eventTimes.slice(0, 20)
    .map(within)
    .filter((share) => share >= 0 && share <= 1)
    .map((share) => element("div", { class: "mark", style: { left: percent(share) } }))
  return [...waiting, ...events]
}

const timeTitle = (span: SpanView): string =>
  `${formatDuration(span.start)} + ${formatDuration(span.durationMs)}${span.state === "open" ? " (still open)" : ""}`
