/**
 * A local model vendor: an HTTP server that speaks the vendors' protocols and sends given replies, request by request.
 *
 * It keeps the requests, headers and body, so that tests see what leaves the process.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from "node:http"
import type { AddressInfo } from "node:net"
import type { Answer, Protocol, Reply } from "./answers.js"
import { anthropicProtocol } from "./anthropicProtocol.js"
import { openAiProtocol } from "./openAiProtocol.js"

/** A request as it arrived. */
export interface VendorRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: any
}

/** A vendor that listens. */
export interface VendorServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  /** Every request so far, in order of arrival. */
  readonly requests: ReadonlyArray<VendorRequest>
}

const protocols: ReadonlyArray<Protocol> = [anthropicProtocol, openAiProtocol]

/** Answers requests with these replies in turn, then with 418. Closes with the scope. */
export const vendorServer = (...replies: ReadonlyArray<Reply>): Effect.Effect<VendorServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => listening(replies)),
      ({ server }) =>
        Effect.promise(() =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            // Clients keep connections open, and closing would wait for them.
            server.closeAllConnections()
          })
        )
    ),
    ({ requests, server }) => ({ requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  )

const listening = (replies: ReadonlyArray<Reply>): Promise<{ server: Server; requests: Array<VendorRequest> }> => {
  const requests: Array<VendorRequest> = []
  const server = createServer((request, response) => {
    void received(request).then((body) => {
      const path = new URL(request.url ?? "", "http://vendor").pathname
      const reply = replies[requests.length]
      requests.push({ path, headers: request.headers, body })
      const protocol = protocols.find((known) => known.path === path)
      return protocol === undefined || reply === undefined
        ? void response.writeHead(418).end()
        : send(response, protocol, reply, body)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ server, requests }))
  })
}

const received = async (request: IncomingMessage): Promise<any> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) {
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"))
}

const send = async (response: ServerResponse, protocol: Protocol, reply: Reply, body: any): Promise<void> => {
  if (reply.kind === "refusal") {
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers })
    response.end(JSON.stringify(protocol.refusal(reply.status)))
  } else if (body.stream === true) {
    await stream(response, protocol, reply, body.model)
  } else {
    response.writeHead(200, { "content-type": "application/json", "request-id": "req_1" })
    response.end(JSON.stringify(protocol.whole(reply, body.model)))
  }
}

const sse = (event: { readonly type: string }): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const linesOf = (protocol: Protocol, answer: Answer, model: string): ReadonlyArray<string> => {
  const { cut, error, malformed } = answer
  const lines = protocol.events(answer, model).map((event, index) =>
    malformed?.event === index ? malformed.lines : sse(event)
  )
  return error === undefined
    ? lines.slice(0, cut?.after)
    : [...lines.slice(0, error.after), sse(protocol.errorEvent(error.type, model))]
}

const stream = async (response: ServerResponse, protocol: Protocol, answer: Answer, model: string): Promise<void> => {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_1" })
  for (const lines of linesOf(protocol, answer, model)) {
    await new Promise((resolve) => response.write(lines, resolve))
  }
  if (answer.cut?.how === "drop") {
    response.socket?.destroy()
  } else {
    response.end()
  }
}
