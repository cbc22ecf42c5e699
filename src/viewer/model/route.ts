/**
 * Where the page is, as the part of its address after `#`: `#trace=…&span=…`, to be copied into a message and opened by somebody else.
 */

/** The page's two views. */
export type ViewName = "traces" | "summary"

/** Where the page is. Empty texts say "nothing chosen". */
export interface Route {
  readonly view: ViewName
  readonly trace: string
  readonly span: string
  readonly query: string
}

/** Reads the address; what it does not say is empty, what it says wrongly is ignored. */
export const parseRoute = (hash: string): Route => {
  const fields = new URLSearchParams(hash.replace(/^#/, ""))
  return {
    view: fields.get("view") === "summary" ? "summary" : "traces",
    trace: fields.get("trace") ?? "",
    span: fields.get("span") ?? "",
    query: fields.get("q") ?? ""
  }
}

/** Writes the address; empty where there is nothing to say. */
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
