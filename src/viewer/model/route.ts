/**
 * The page's location as the part of its address after `#`: `#trace=…&span=…`, so that links can be shared.
 */

export type ViewName = "traces" | "summary"

/** What is shown of a trace. */
export type TraceTab = "timeline" | "conversation" | "agents"

/** The page's location. Empty texts mean "nothing selected". */
export interface Route {
  readonly view: ViewName
  readonly trace: string
  readonly tab: TraceTab
  readonly span: string
  readonly query: string
  /** Whether only the spans that the query finds, and their ancestors, are shown. */
  readonly only: boolean
}

/** In the order of the page's buttons. */
export const tabs: ReadonlyArray<TraceTab> = ["timeline", "conversation", "agents"]

/** Parses the address; missing parts are empty, invalid ones ignored. */
export const parseRoute = (hash: string): Route => {
  const fields = new URLSearchParams(hash.replace(/^#/, ""))
  return {
    view: fields.get("view") === "summary" ? "summary" : "traces",
    trace: fields.get("trace") ?? "",
    tab: tabs.find((tab) => tab === fields.get("show")) ?? "timeline",
    span: fields.get("span") ?? "",
    query: fields.get("q") ?? "",
    only: fields.get("only") === "1"
  }
}

/** Formats the address; empty if nothing is selected. */
export const formatRoute = (route: Route): string => {
  const fields = new URLSearchParams()
  const set = (key: string, value: string) => value === "" ? undefined : fields.set(key, value)
  set("view", route.view === "traces" ? "" : route.view)
  set("trace", route.trace)
  set("show", route.tab === "timeline" ? "" : route.tab)
  set("span", route.span)
  set("q", route.query)
  set("only", route.only ? "1" : "")
  const text = fields.toString()
  return text === "" ? "" : `#${text}`
}

/** The address of a span of a trace, with nothing else. */
export const routeTo = (trace: string, span: string): string =>
  formatRoute({ view: "traces", trace, tab: "timeline", span, query: "", only: false })
