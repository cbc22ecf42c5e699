/**
 * Which requests the live page's server answers at all.
 *
 * It listens on this machine only, but a page of any web site can send requests to it, and a name that resolves to 127.0.0.1 makes them look as if they
 * were its own. So the host has to be one of ours to the letter, a foreign origin is refused, and the path begins with a token that nobody can guess.
 */
import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"

/** What is asked for, or why it is not answered. */
export type Admission =
  | { readonly kind: "page" | "events"; readonly query: URLSearchParams }
  | { readonly kind: "refused"; readonly status: 403 | 404 | 405 | 421; readonly reason: string }

const refused = (status: 403 | 404 | 405 | 421, reason: string): Admission => ({ kind: "refused", status, reason })

const equal = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The hosts under which a server on this port is asked. */
const hostsOf = (port: number): ReadonlyArray<string> => [`127.0.0.1:${port}`, `localhost:${port}`]

/** Looks at a request. */
export const admit = (request: IncomingMessage, token: string, port: number): Admission => {
  const { headers, method, url = "/" } = request
  if (headers.host === undefined || !hostsOf(port).includes(headers.host)) {
    return refused(421, "This server is asked under another name than its own")
  }
  if (headers.origin !== undefined && !hostsOf(port).some((host) => headers.origin === `http://${host}`)) {
    return refused(403, "Another site's page asks")
  }
  if (method !== "GET" && method !== "HEAD") {
    return refused(405, "Only GET and HEAD are answered")
  }
  const [path = "", query = ""] = url.split("?", 2)
  const parts = path.split("/")
  if (parts.length !== 3 || parts[0] !== "" || !equal(parts[1] ?? "", token)) {
    return refused(404, "There is nothing here: open the address that the command has printed, with its token")
  }
  return parts[2] === ""
    ? { kind: "page", query: new URLSearchParams(query) }
    : parts[2] === "events"
    ? { kind: "events", query: new URLSearchParams(query) }
    : refused(404, "There is nothing here")
}
