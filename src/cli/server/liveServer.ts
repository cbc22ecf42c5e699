/**
 * Serves the live page of one file on 127.0.0.1: the page at `/TOKEN/`, the file's lines as events at `/TOKEN/events`.
 *
 * Nothing else is served: the path of a request is never used as a path on disk.
 */
import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { sendEvents } from "./events.js"
import { admit } from "./gate.js"

export interface LivePage {
  readonly path: string
  readonly html: string
  readonly policy: string
}

export interface LiveServer {
  /** The address with its token; anyone who has it can read the file. */
  readonly url: string
  readonly close: () => Promise<void>
}

const secure = (policy: string) => ({
  "cache-control": "no-store",
  "content-security-policy": `${policy}; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
})

const refuse = (response: ServerResponse, status: number, reason: string): void => {
  response.writeHead(status, {
    ...secure("default-src 'none'"),
    "content-type": "text/plain; charset=utf-8",
    ...(status === 405 && { allow: "GET, HEAD" })
  })
  response.end(`${reason}\n`)
}

const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  page: LivePage,
  token: string,
  port: number
): void => {
  const admission = admit(request, token, port)
  if (admission.kind === "refused") {
    return refuse(response, admission.status, admission.reason)
  }
  const type = admission.kind === "page" ? "text/html" : "text/event-stream"
  response.writeHead(200, { ...secure(page.policy), "content-type": `${type}; charset=utf-8` })
  if (request.method === "HEAD") {
    response.end()
  } else if (admission.kind === "page") {
    response.end(page.html)
  } else {
    const last = request.headers["last-event-id"]
    void sendEvents(response, page.path, typeof last === "string" ? last : admission.query.get("after") ?? undefined)
  }
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

/** Serves the page; port 0 picks a free one. */
export const serveLive = async (page: LivePage, port: number): Promise<LiveServer> => {
  const token = randomBytes(24).toString("base64url")
  const server = createServer((request, response) =>
    answer(request, response, page, token, (server.address() as AddressInfo).port)
  )
  const actual = await listening(server, port)
  return {
    url: `http://127.0.0.1:${actual}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
