/**
 * The actions of the page, for keys, mouse and buttons alike: each is a step from one state to the next.
 */
import {
  allFolds,
  type PageState,
  type Pane,
  selectedSpan,
  stepFrom,
  withFold,
  withFolds,
  withOnly,
  withQuery,
  withRange,
  withSelected,
  withTrace
} from "../model/pageState.js"
import { parseQuery } from "../model/query.js"
import { tabs, type TraceTab, type ViewName } from "../model/route.js"
import { moveRange, rangeBetween, type TimeRange, wholeRange, zoomRange } from "../model/timeAxis.js"
import { matchingSpans, nextOf, type TraceView } from "../model/TraceView.js"
import type { Store } from "./store.js"

export type Actions = ReturnType<typeof makeActions>

const failures = parseQuery("is:failed")

export const makeActions = (store: Store<PageState>) => {
  const { update } = store
  const zoomBy = (factor: number) =>
    update((state) => {
      const span = selectedSpan(state)
      const middle = (state.range.from + state.range.to) / 2
      const inSight = span !== undefined && span.start >= state.range.from && span.start <= state.range.to
      return onTrace(state, (trace) =>
        withRange(state, zoomRange(state.range, factor, inSight ? span.start : middle, trace.totalMs)))
    })
  const next = (indices: (state: PageState) => ReadonlyArray<number>, backwards: boolean) =>
    update((state) => withSelected(state, nextOf(indices(state), state.selected, backwards) ?? state.selected))

  return {
    /** Shows the details of a span; -1 closes them. */
    select: (index: number) => update((state) => inPane(withSelected(state, index), index < 0 ? "trace" : "detail")),
    /** Shows the conversation of a run. */
    selectRun: (index: number) => update((state) => inPane(withSelected(state, index), "trace")),
    showPane: (pane: Pane) => update((state) => inPane(state, pane)),
    step: (rows: number) => update((state) => withSelected(state, stepFrom(state, rows))),
    selectTrace: (trace: TraceView) => update((state) => inPane(withTrace(state, trace), "trace")),
    stepTrace: (steps: number) => update((state) => withTrace(state, neighbour(state, steps))),
    toggleFold: (index: number) => update((state) => withFold(state, index, !state.folded.has(index))),
    foldAll: () => update((state) => onTrace(state, (trace) => withFolds(state, allFolds(trace)))),
    unfoldAll: () => update((state) => withFolds(state, new Set())),
    /** Unfolds the selected span; if it is unfolded already, selects its first child. */
    inwards: () =>
      update((state) => {
        const span = selectedSpan(state)
        const unfolded = span === undefined ? state : withFold(state, span.index, false)
        return unfolded !== state || span === undefined || span.size === 1
          ? unfolded
          : withSelected(state, span.index + 1)
      }),
    /** Folds the selected span; if it is folded already, selects its parent. */
    outwards: () =>
      update((state) => {
        const span = selectedSpan(state)
        const folded = span === undefined ? state : withFold(state, span.index, true)
        return folded !== state || span === undefined || span.parent < 0 ? folded : withSelected(state, span.parent)
      }),
    nextError: (backwards: boolean) =>
      next((state) => state.trace === undefined ? [] : matchingSpans(failures, state.trace), backwards),
    nextMatch: (backwards: boolean) => next(({ matching }) => matching, backwards),
    zoom: (range: TimeRange) => update((state) => withRange(state, range)),
    zoomBy,
    zoomToSpan: () =>
      update((state) => {
        const span = selectedSpan(state)
        return span === undefined
          ? state
          : onTrace(state, (trace) => withRange(state, around(span.start, span.end, trace)))
      }),
    zoomOut: () => update((state) => withRange(state, wholeRange(state.trace?.totalMs ?? 0))),
    move: (share: number) =>
      update((state) => onTrace(state, (trace) => withRange(state, moveRange(state.range, share, trace.totalMs)))),
    toggleOnly: () => update((state) => withOnly(state, !state.only)),
    search: (text: string) => update((state) => openFirst(withQuery(state, text))),
    showTab: (tab: TraceTab) =>
      update((state) => inPane(state.tab === tab ? state : { ...state, tab, view: "traces" }, "trace")),
    /** Shows the next tab of the trace. */
    nextTab: () => update((state) => ({ ...state, tab: tabs[(tabs.indexOf(state.tab) + 1) % tabs.length]! })),
    show: (view: ViewName) => update((state) => state.view === view ? state : { ...state, view })
  }
}

const inPane = (state: PageState, pane: Pane): PageState => state.pane === pane ? state : { ...state, pane }

const onTrace = (state: PageState, step: (trace: TraceView) => PageState): PageState =>
  state.trace === undefined ? state : step(state.trace)

// Some room on both sides: a bar from edge to edge might seem to continue outside.
const around = (start: number, end: number, { totalMs }: TraceView): TimeRange => {
  const room = (end - start) * 0.05
  return rangeBetween(start - room, end + room, totalMs)
}

const neighbour = (state: PageState, steps: number): TraceView | undefined => {
  const at = state.trace === undefined ? -1 : state.found.indexOf(state.trace)
  return state.found[Math.min(Math.max(at + steps, 0), state.found.length - 1)] ?? state.trace
}

/** If the search does not find the shown trace, shows the first one that it does find. */
const openFirst = (state: PageState): PageState =>
  state.trace !== undefined && state.found.includes(state.trace)
    ? state
    : withTrace(state, state.found[0] ?? state.trace)
