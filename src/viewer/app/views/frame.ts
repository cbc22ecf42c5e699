/**
 * Assembles the parts of the page and redraws those whose state has changed.
 */
import { agentGraph } from "../../model/agentGraph.js"
import { type PageState, selectedSpan } from "../../model/pageState.js"
import { withField, withMeasure, withScore } from "../../model/query.js"
import type { TraceBook } from "../../model/TraceBook.js"
import { type Actions, makeActions } from "../actions.js"
import { block, button, element, fill } from "../dom.js"
import { keysOf, listenToKeys } from "../keys.js"
import type { Store } from "../store.js"
import { makeAgentGraph } from "./agentGraph.js"
import { makeConversation } from "./conversation.js"
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
  // Both views stay in the document, because removing them would lose their scroll positions.
  const place = (state: PageState) => {
    fillOnce(page, [parts.bar.element, ...(content === undefined ? [panes, parts.summary.element] : [content])])
    panes.dataset["pane"] = state.pane
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
  const theme = makeTheme(() => {
    waterfall.recolor()
    summary.recolor()
    graph.recolor()
  })
  const graph = makeAgentGraph(({ span }) => actions.select(span.index))
  const graphPane = element("div", { class: "graph-pane", attributes: { tabindex: -1 } }, graph.element)
  const summary = makeSummaryView({
    filter: (field, value) => {
      actions.search(withField(store.get().queryText, field, value))
      actions.show("traces")
    },
    showAll: () => actions.search(""),
    searchScore: (condition) => actions.search(withScore(store.get().queryText, condition)),
    open: (trace) => {
      actions.selectTrace(trace)
      actions.show("traces")
    },
    narrow: (ranges) =>
      actions.search(
        ranges.reduce((text, [measure, range]) => withMeasure(text, measure, range), store.get().queryText)
      )
  })
  const list = makeTraceList(actions.selectTrace)
  const filters = makeFilters(actions.search)
  const head = makeTraceHead({
    nextError: () => actions.nextError(false),
    nextMatch: () => actions.nextMatch(false),
    toggleOnly: actions.toggleOnly,
    foldAll: actions.foldAll,
    unfoldAll: actions.unfoldAll,
    zoomOut: actions.zoomOut,
    showTab: actions.showTab,
    select: actions.select,
    back: () => actions.showPane("list")
  })
  const conversation = makeConversation(actions.select, actions.selectRun)
  return {
    help,
    waterfall,
    theme,
    list,
    filters,
    head,
    conversation,
    detail: makeDetail({
      close: () => actions.select(-1),
      select: actions.select,
      showConversation: () => actions.showTab("conversation")
    }),
    summary,
    graph,
    graphPane,
    bar: makeTopBar({ title, book, onView: actions.show, onHelp: () => help.showModal(), theme: theme.element }),
    left: element("nav", { class: "pane", attributes: { "aria-label": "Traces" } }, filters.element, list.element),
    middle: element("main", { class: "pane middle" }, head.element, waterfall.element, conversation.element, graphPane)
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
  drawTab(parts, state, before)
}

const drawTab = (parts: Parts, state: PageState, before: PageState): void => {
  parts.waterfall.element.hidden = state.tab !== "timeline"
  parts.conversation.element.hidden = state.tab !== "conversation"
  parts.graphPane.hidden = state.tab !== "agents"
  if (state.tab === "conversation") {
    parts.conversation.draw(state)
  } else if (state.tab === "agents") {
    if (state.trace !== before.trace || state.tab !== before.tab) {
      parts.graph.draw(agentGraph(state.trace === undefined ? [] : [state.trace]))
    }
  } else {
    parts.waterfall.draw(state, before)
  }
}

const drawSummary = (parts: Parts, book: TraceBook, state: PageState, before: PageState): void => {
  if (state.found !== before.found || state.view !== before.view) {
    parts.summary.draw(book.summaryOf(state.found), state.found, state.queryText, state.trace, book.findings)
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

const key = "loom-telemetry.theme"

const current = (): "light" | "dark" => {
  const chosen = document.documentElement.dataset["theme"]
  const dark = chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark"
  return dark ? "dark" : "light"
}

// A page from disk may have no storage; then the choice lasts until the page is closed.
const stored = (): string | undefined => {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

const store = (theme: string): void => {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // See above.
  }
}

/** The button that changes the theme, and its action. `onChange` is also called when the system's theme changes. */
const makeTheme = (onChange: () => void): { readonly toggle: () => void; readonly element: HTMLElement } => {
  const before = stored()
  if (before === "light" || before === "dark") {
    document.documentElement.dataset["theme"] = before
  }
  const toggle = (): void => {
    const next = current() === "dark" ? "light" : "dark"
    document.documentElement.dataset["theme"] = next
    store(next)
    onChange()
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange)
  return {
    toggle,
    element: button("◐", "Light or dark (t)", toggle, {
      class: "button plain",
      attributes: { "aria-label": "Light or dark" }
    })
  }
}
