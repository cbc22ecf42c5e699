/**
 * Decides which requests the live page's server answers.
 *
 * It listens on this machine only, but any web page can send requests to it, and a host name that resolves to 127.0.0.1 makes them look like its own. So the
 * host must match exactly, other origins are refused, and the path starts with a secret token.
 */
import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"

/** What a request asks for, or why it is refused. */
export type Admission =
  | { readonly kind: "page" | "events"; readonly query: URLSearchParams }
  | { readonly kind: "refused"; readonly status: 403 | 404 | 405 | 421; readonly reason: string }

const refused = (status: 403 | 404 | 405 | 421, reason: string): Admission => ({ kind: "refused", status, reason })

const equal = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const hostsOf = (port: number): ReadonlyArray<string> => [`127.0.0.1:${port}`, `localhost:${port}`]

export const admit = (request: IncomingMessage, token: string, port: number): Admission => {
  const { headers, method, url = "/" } = request
  if (headers.host === undefined || !hostsOf(port).includes(headers.host)) {
    return refused(421, "Wrong host name: open the full address that the command printed")
  }
  if (headers.origin !== undefined && !hostsOf(port).some((host) => headers.origin === `http://${host}`)) {
    return refused(403, "The request comes from another site")
  }
  if (method !== "GET" && method !== "HEAD") {
    return refused(405, "Only GET and HEAD are allowed")
  }
  const [path = "", query = ""] = url.split("?", 2)
  const parts = path.split("/")
  if (parts.length !== 3 || parts[0] !== "" || !equal(parts[1] ?? "", token)) {
    return refused(404, "Not found: open the full address that the command printed, including its token")
  }
  return parts[2] === ""
    ? { kind: "page", query: new URLSearchParams(query) }
    : parts[2] === "events"
    ? { kind: "events", query: new URLSearchParams(query) }
    : refused(404, "Not found")
}
