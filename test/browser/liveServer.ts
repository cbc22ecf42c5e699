/**
 * A minimal server of the live protocol: it serves one page and streams the lines that the test adds, from any cursor.
 */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { loadAssets } from "../../src/viewer/assets.js"
import { pageCsp, renderPage } from "../../src/viewer/page.js"

/** The server. */
export interface LiveServer {
  readonly url: string
  /** Adds lines to the file, and sends them to all listeners. */
  readonly append: (text: string) => void
  /** Breaks every connection; with `refuse`, answers new ones with 503 until called again without it. */
  readonly cut: (refuse: boolean) => void
  /** The cursors that pages sent. */
  readonly cursors: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** Starts the server on a free local port. */
export const serve = async (): Promise<LiveServer> => {
  const assets = await loadAssets()
  const lines: Array<string> = []
  const cursors: Array<string> = []
  const listeners = new Set<ServerResponse>()
  let refusing = false

  const send = (response: ServerResponse, from: number): void => {
    if (from < lines.length) {
      response.write(
        `event: lines\nid: f-${lines.length}\n${lines.slice(from).map((line) => `data: ${line}\n`).join("")}\n`
      )
    }
    response.write(`event: caught-up\ndata: ${lines.length}\n\n`)
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://local")
    if (url.pathname === "/token/") {
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": pageCsp(assets, true)
      })
      response.end(renderPage(assets, { title: "live.jsonl", live: { url: "events" } }))
    } else if (refusing || url.pathname !== "/token/events") {
      response.writeHead(503).end()
    } else {
      const cursor = String(request.headers["last-event-id"] ?? url.searchParams.get("after") ?? "")
      cursors.push(cursor)
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
      response.write("retry: 50\n\n")
      listeners.add(response)
      response.on("close", () => listeners.delete(response))
      send(response, Number(cursor.replace("f-", "")))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token/`,
    cursors,
    append: (text) => {
      const from = lines.length
      lines.push(...text.split("\n").filter((line) => line !== ""))
      listeners.forEach((response) => send(response, from))
    },
    cut: (refuse) => {
      refusing = refuse
      listeners.forEach((response) => response.destroy())
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
