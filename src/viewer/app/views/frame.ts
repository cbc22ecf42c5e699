/**
 * Assembles the parts of the page and redraws those whose state has changed.
 */
import { type PageState, selectedSpan } from "../../model/pageState.js"
import { withField } from "../../model/query.js"
import type { TraceBook } from "../../model/TraceBook.js"
import { type Actions, makeActions } from "../actions.js"
import { block, element, fill } from "../dom.js"
import { keysOf, listenToKeys } from "../keys.js"
import type { Store } from "../store.js"
import { makeTheme } from "../theme.js"
import { makeDetail } from "./detail.js"
import { makeFilters } from "./filters.js"
import { makeHelp } from "./help.js"
import { makeSummaryView } from "./summaryView.js"
import { makeTopBar, type TopBar } from "./topBar.js"
import { makeTraceHead } from "./traceHead.js"
import { makeTraceList } from "./traceList.js"
import { makeWaterfall } from "./waterfall.js"

export interface Frame {
  readonly bar: TopBar
  /** Draws everything; `content` replaces the views if given. */
  readonly drawAll: (content?: HTMLElement) => void
}

/** Makes the frame in the document's body. */
export const makeFrame = (store: Store<PageState>, book: TraceBook, title: string): Frame => {
  const actions = makeActions(store)
  const parts = makeParts(store, actions, book, title)
  const page = element("div", { attributes: { id: "page" } })
  document.body.append(page, parts.help)
  listenToKeys(keysOf(actions, store.get, {
    search: parts.filters.search,
    grid: parts.waterfall.grid,
    detail: parts.detail.element,
    traceList: parts.list.element,
    help: parts.help,
    toggleTheme: parts.theme.toggle,
    pageSize: parts.waterfall.pageSize
  }))
  const panes = block("panes", parts.left, parts.middle, parts.detail.element)
  let content: HTMLElement | undefined
  // Both views stay in the document: removed from it, they would lose their scroll positions.
  const place = (state: PageState) => {
    fillOnce(page, [parts.bar.element, ...(content === undefined ? [panes, parts.summary.element] : [content])])
    panes.hidden = state.view !== "traces"
    parts.summary.element.hidden = state.view !== "summary"
  }
  store.subscribe((state, before) => {
    place(state)
    draw(parts, book, state, before)
  })
  return {
    bar: parts.bar,
    drawAll: (shown) => {
      content = shown
      place(store.get())
      drawEverything(parts, book, store.get())
    }
  }
}

const fillOnce = (target: Element, children: ReadonlyArray<Element>): void => {
  if (target.children.length !== children.length || children.some((child, index) => child !== target.children[index])) {
    fill(target, ...children)
  }
}

type Parts = ReturnType<typeof makeParts>

const makeParts = (store: Store<PageState>, actions: Actions, book: TraceBook, title: string) => {
  const help = makeHelp()
  const waterfall = makeWaterfall(store.get(), { select: actions.select, fold: actions.toggleFold, zoom: actions.zoom })
  const theme = makeTheme(() => waterfall.recolour())
  const list = makeTraceList(actions.selectTrace)
  const filters = makeFilters(actions.search)
  const head = makeTraceHead({
    nextError: () => actions.nextError(false),
    nextMatch: () => actions.nextMatch(false),
    foldAll: actions.foldAll,
    unfoldAll: actions.unfoldAll,
    zoomOut: actions.zoomOut
  })
  return {
    help,
    waterfall,
    theme,
    list,
    filters,
    head,
    detail: makeDetail(() => actions.select(-1)),
    summary: makeSummaryView((field, value) => {
      actions.search(withField(store.get().queryText, field, value))
      actions.show("traces")
    }, () => actions.search("")),
    bar: makeTopBar({ title, book, onView: actions.show, onHelp: () => help.showModal(), theme: theme.element }),
    left: element("nav", { class: "pane", attributes: { "aria-label": "Traces" } }, filters.element, list.element),
    middle: element("main", { class: "pane middle" }, head.element, waterfall.element)
  }
}

const draw = (parts: Parts, book: TraceBook, state: PageState, before: PageState): void => {
  parts.bar.draw(state)
  if (state.view === "summary") {
    drawSummary(parts, book, state, before)
    return
  }
  if (state.found !== before.found || state.trace !== before.trace || state.view !== before.view) {
    parts.list.draw(state.found, state.trace)
  }
  parts.filters.draw(state.queryText, state.query, state.traces)
  parts.head.draw(state)
  parts.detail.draw(state.trace, selectedSpan(state))
  parts.waterfall.draw(state, before)
}

const drawSummary = (parts: Parts, book: TraceBook, state: PageState, before: PageState): void => {
  if (state.found !== before.found || state.view !== before.view) {
    parts.summary.draw(book.summaryOf(state.found), state.found.length, state.queryText)
  }
}

const drawEverything = (parts: Parts, book: TraceBook, state: PageState): void => {
  draw(parts, book, state, {
    ...state,
    found: [],
    trace: undefined,
    view: state.view === "summary" ? "traces" : "summary"
  })
}
