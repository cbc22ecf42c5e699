/**
 * The page's location as the part of its address after `#`: `#trace=…&span=…`, so that links can be shared.
 */

/** The page's two views. */
export type ViewName = "traces" | "summary"

/** The page's location. Empty texts mean "nothing selected". */
export interface Route {
  readonly view: ViewName
  readonly trace: string
  readonly span: string
  readonly query: string
}

/** Parses the address; missing parts are empty, invalid ones ignored. */
export const parseRoute = (hash: string): Route => {
  const fields = new URLSearchParams(hash.replace(/^#/, ""))
  return {
    view: fields.get("view") === "summary" ? "summary" : "traces",
    trace: fields.get("trace") ?? "",
    span: fields.get("span") ?? "",
    query: fields.get("q") ?? ""
  }
}

/** Formats the address; empty if nothing is selected. */
export const formatRoute = (route: Route): string => {
  const fields = new URLSearchParams()
  const set = (key: string, value: string) => value === "" ? undefined : fields.set(key, value)
  set("view", route.view === "traces" ? "" : route.view)
  set("trace", route.trace)
  set("span", route.span)
  set("q", route.query)
  const text = fields.toString()
  return text === "" ? "" : `#${text}`
}
