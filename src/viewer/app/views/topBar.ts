/**
 * The bar at the top: title, counts, bad lines, and the two views.
 */
import { formatCount, formatNumberOf, oneLine } from "../../model/format.js"
import type { PageState } from "../../model/pageState.js"
import type { ViewName } from "../../model/route.js"
import type { TraceBook } from "../../model/TraceBook.js"
import { block, button, type Child, dialog, element, fill, inline, setAttributes } from "../dom.js"
import type { LiveState } from "../live.js"

export interface TopBar {
  readonly element: HTMLElement
  readonly draw: (state: PageState) => void
  readonly setLive: (state: LiveState) => void
}

export interface TopBarOptions {
  readonly title: string
  readonly book: TraceBook
  readonly onView: (view: ViewName) => void
  readonly onHelp: () => void
  readonly theme: HTMLElement
}

const liveWords: { readonly [State in LiveState]: string } = {
  connecting: "connecting…",
  reading: "reading…",
  following: "live",
  lost: "not connected"
}

export const makeTopBar = ({ book, onHelp, onView, theme, title }: TopBarOptions): TopBar => {
  const facts = block("facts")
  const live = element("span", { class: "live", attributes: { hidden: true, role: "status" } })
  const tabs = (["traces", "summary"] as const).map((view) =>
    [
      view,
      button(view === "traces" ? "Traces" : "Summary", "Switch the view (s)", () => onView(view), {
        class: "tab",
        attributes: { role: "tab" }
      })
    ] as const
  )
  return {
    element: element(
      "header",
      { class: "bar-top" },
      element("span", { class: "title clip", attributes: { title: oneLine(title) } }, oneLine(title)),
      element(
        "div",
        { class: "tabs", attributes: { role: "tablist", "aria-label": "View" } },
        ...tabs.map(([, tab]) => tab)
      ),
      facts,
      inline("grow"),
      live,
      theme,
      button("?", "Keys and search (?)", onHelp, { class: "button plain", attributes: { "aria-label": "Help" } })
    ),
    draw: (state) => {
      tabs.forEach(([view, tab]) => setAttributes(tab, { "aria-selected": String(view === state.view) }))
      fill(facts, ...factsOf(state, book))
    },
    setLive: (state) => {
      setAttributes(live, { hidden: false, "data-state": state })
      live.textContent = liveWords[state]
    }
  }
}

const factsOf = (state: PageState, book: TraceBook): ReadonlyArray<Child> => {
  const found = state.found.length === state.traces.length ? "" : `${formatCount(state.found.length)} of `
  const spans = state.traces.reduce((total, trace) => total + trace.spans.length, 0)
  return [
    inline("", `${found}${formatNumberOf(state.traces.length, "trace")}`),
    inline("", formatNumberOf(spans, "span")),
    book.badTotal === 0
      ? undefined
      : button(formatNumberOf(book.badTotal, "bad line"), "Lines that could not be read", () => showBadLines(book), {
        class: "warn"
      }),
    book.droppedTotal === 0
      ? undefined
      : element(
        "span",
        { class: "warn", attributes: { title: "As reported by the writer" } },
        `${formatNumberOf(book.droppedTotal, "record")} dropped by the writer`
      )
  ]
}

const showBadLines = (book: TraceBook): void => {
  const lines = book.bad.map(({ error, line, torn }) =>
    block(
      "event",
      block(
        "",
        `Line ${formatCount(line)}${torn ? " (torn)" : ""}: ${oneLine(error.field ?? "")} ${oneLine(error.problem)}`
      ),
      block("value dim", oneLine(error.source))
    )
  )
  const more = book.badTotal - lines.length
  const shown = dialog(
    `${formatNumberOf(book.badTotal, "line")} could not be read`,
    { "aria-label": "Lines that could not be read" },
    ...lines,
    more > 0 ? element("p", { class: "dim" }, `and ${formatCount(more)} more`) : undefined
  )
  shown.addEventListener("close", () => shown.remove())
  document.body.append(shown)
  shown.showModal()
}
