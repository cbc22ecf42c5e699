/**
 * The state of the page as one value, and the steps from one state to the next. Nothing here touches the document.
 *
 * Derived values (the traces that a search finds, the visible rows) are part of the state and computed only here, so drawing never searches. A step that
 * changes nothing returns the same state.
 */
import { parseQuery, type Query } from "./query.js"
import type { Route, TraceTab, ViewName } from "./route.js"
import { positionOf, unfoldedTo, visibleRows, withAncestors } from "./rows.js"
import { rangeShowing, type TimeRange, wholeRange } from "./timeAxis.js"
import { isEmptyQuery, matchesTrace, matchingSpans, type SpanView, type TraceView } from "./TraceView.js"

/** The part of the page that a small screen shows; a larger one shows them next to each other. */
export type Pane = "list" | "trace" | "detail"

export interface PageState {
  readonly view: ViewName
  readonly pane: Pane
  readonly tab: TraceTab
  readonly queryText: string
  readonly query: Query
  /** All, newest first. */
  readonly traces: ReadonlyArray<TraceView>
  readonly found: ReadonlyArray<TraceView>
  readonly trace: TraceView | undefined
  /** The selected span's index, or -1. */
  readonly selected: number
  /** Whether only the spans that the search finds, and their ancestors, are shown. */
  readonly only: boolean
  readonly folded: ReadonlySet<number>
  readonly visible: Uint32Array
  /** Indices of the spans that the search finds. */
  readonly matching: ReadonlyArray<number>
  readonly range: TimeRange
  /** Whether the user chose the range; otherwise it grows with the trace. */
  readonly zoomed: boolean
}

const noFolds: ReadonlySet<number> = new Set()

/** The page before anything was read. */
export const initialState: PageState = {
  view: "traces",
  pane: "list",
  tab: "timeline",
  queryText: "",
  query: parseQuery(""),
  traces: [],
  found: [],
  trace: undefined,
  selected: -1,
  only: false,
  folded: noFolds,
  visible: new Uint32Array(0),
  matching: [],
  range: wholeRange(0),
  zoomed: false
}

/** The traces that a search finds. The matching spans of the shown trace are already known: searching it twice would double the time. */
const find = (
  query: Query,
  traces: ReadonlyArray<TraceView>,
  shown: TraceView | undefined,
  matching: ReadonlyArray<number>
): ReadonlyArray<TraceView> =>
  isEmptyQuery(query)
    ? traces
    : traces.filter((trace) => matchesTrace(query, trace, trace === shown ? matching.length > 0 : undefined))

/** Changes the search; the shown trace stays, even if the search does not find it. */
export const withQuery = (state: PageState, queryText: string): PageState => {
  if (queryText === state.queryText) {
    return state
  }
  const query = parseQuery(queryText)
  const matching = state.trace === undefined ? [] : matchingSpans(query, state.trace)
  return shown({ ...state, queryText, query, found: find(query, state.traces, state.trace, matching), matching })
}

/** The state with the rows that its folds and its search leave visible. If the selected span is hidden, the span around it is selected. */
const shown = (state: PageState): PageState => {
  const spans = state.trace?.spans ?? []
  const kept = state.only && state.matching.length > 0 ? withAncestors(spans, state.matching) : undefined
  const visible = visibleRows(spans, state.folded, kept)
  let selected = state.selected
  while (selected >= 0 && positionOf(visible, selected) < 0) {
    selected = spans[selected]!.parent
  }
  return { ...state, visible, selected }
}

/** With `only`, hides the spans that the search does not find, except ancestors of one that it finds. */
export const withOnly = (state: PageState, only: boolean): PageState =>
  only === state.only ? state : shown({ ...state, only })

/** Shows another trace, with nothing folded or selected. */
export const withTrace = (state: PageState, trace: TraceView | undefined): PageState =>
  trace === state.trace ? state : shown({
    ...state,
    trace,
    selected: -1,
    folded: noFolds,
    matching: trace === undefined ? [] : matchingSpans(state.query, trace),
    range: wholeRange(trace?.totalMs ?? 0),
    zoomed: false
  })

/** Replaces the traces; selection and folds follow their spans to their new positions. */
export const withTraces = (state: PageState, traces: ReadonlyArray<TraceView>): PageState => {
  const next = { ...state, traces, found: find(state.query, traces, undefined, []) }
  const before = state.trace
  const trace = before === undefined ? undefined : traces.find(({ traceId }) => traceId === before.traceId)
  return before === undefined || trace === undefined || trace === before
    ? next
    : redrawn(next, before, trace)
}

/** The same trace with new records. */
const redrawn = (state: PageState, before: TraceView, trace: TraceView): PageState => {
  const places = new Map(trace.spans.map((span) => [span.spanId, span.index]))
  const moved = (index: number) => places.get(before.spans[index]?.spanId ?? "") ?? -1
  const folded = new Set([...state.folded].map(moved).filter((index) => index >= 0))
  return shown({
    ...state,
    trace,
    selected: moved(state.selected),
    folded,
    matching: matchingSpans(state.query, trace),
    range: state.zoomed ? state.range : wholeRange(trace.totalMs)
  })
}

/** Selects a span, unfolds its ancestors, and moves the range to the time at which it ran. -1 selects none. */
export const withSelected = (state: PageState, index: number): PageState => {
  const span = state.trace?.spans[index]
  if (state.trace === undefined || span === undefined) {
    return state.selected === -1 ? state : { ...state, selected: -1 }
  }
  const folded = unfoldedTo(state.trace.spans, state.folded, index)
  const unfolded = folded === state.folded ? state : withFolds(state, folded)
  // A link may point to a span that the search hides.
  const next = positionOf(unfolded.visible, index) < 0 ? withOnly(unfolded, false) : unfolded
  return { ...next, selected: index, range: rangeShowing(next.range, span.start, span.end, state.trace.totalMs) }
}

/** Folds these spans and unfolds all others. If that hides the selected span, selects the span that hides it. */
export const withFolds = (state: PageState, folded: ReadonlySet<number>): PageState => shown({ ...state, folded })

export const withFold = (state: PageState, index: number, fold: boolean): PageState => {
  const span = state.trace?.spans[index]
  if (span === undefined || span.size === 1 || state.folded.has(index) === fold) {
    return state
  }
  const folded = new Set(state.folded)
  if (fold) {
    folded.add(index)
  } else {
    folded.delete(index)
  }
  return withFolds(state, folded)
}

export const allFolds = (trace: TraceView): ReadonlySet<number> =>
  new Set(trace.spans.filter(({ depth, size }) => depth > 0 && size > 1).map(({ index }) => index))

export const withRange = (state: PageState, range: TimeRange): PageState => ({
  ...state,
  range,
  zoomed: state.trace !== undefined && range.to - range.from < wholeRange(state.trace.totalMs).to
})

/** The row `steps` rows below (above, if negative) the selected one; if none is selected the first, or the last if `steps` is infinite. */
export const stepFrom = (state: PageState, steps: number): number => {
  const at = positionOf(state.visible, state.selected)
  const position = at < 0 && steps !== Infinity ? 0 : Math.min(Math.max(at + steps, 0), state.visible.length - 1)
  return state.visible[position] ?? -1
}

/** The page at an address; a missing trace or span is not selected. */
export const withRoute = (state: PageState, route: Route): PageState => {
  const searched = withOnly(withQuery({ ...state, view: route.view, tab: route.tab }, route.query), route.only)
  const trace = searched.traces.find(({ traceId }) => traceId === route.trace)
  const opened = withTrace(searched, trace ?? (route.trace === "" ? searched.trace : undefined))
  const span = opened.trace?.spans.find(({ spanId }) => spanId === route.span)
  const pane = span !== undefined ? "detail" : route.trace !== "" ? "trace" : opened.pane
  return { ...withSelected(opened, span?.index ?? -1), pane }
}

/** The address of what the page shows. */
export const routeOf = (state: PageState): Route => ({
  view: state.view,
  tab: state.tab,
  trace: state.trace?.traceId ?? "",
  span: selectedSpan(state)?.spanId ?? "",
  query: state.queryText,
  only: state.only
})

export const selectedSpan = (state: PageState): SpanView | undefined => state.trace?.spans[state.selected]
