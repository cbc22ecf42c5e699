/**
 * A local model vendor: an HTTP server that speaks the vendors' protocols and sends given replies, request by request.
 *
 * It keeps the headers and bodies of requests, so that tests can see what leaves the process.
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
import type { Answer, Protocol, Reply, Requested } from "./answers.js"
import { anthropicProtocol } from "./anthropicProtocol.js"
import { bedrockProtocol } from "./bedrockProtocol.js"
import { geminiProtocol } from "./geminiProtocol.js"
import { openAiProtocol } from "./openAiProtocol.js"
import { openRouterProtocol } from "./openRouterProtocol.js"

/** A request as it arrived. */
export interface VendorRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: any
}

/** A running server. */
export interface VendorServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  /** Every request so far, in order of arrival. */
  readonly requests: ReadonlyArray<VendorRequest>
}

const protocols: ReadonlyArray<Protocol> = [
  anthropicProtocol,
  bedrockProtocol,
  geminiProtocol,
  openAiProtocol,
  openRouterProtocol
]

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
      for (const protocol of reply === undefined ? [] : protocols) {
        const requested = protocol.requested(path, body)
        if (requested !== undefined) {
          return send(response, protocol, reply!, requested)
        }
      }
      return void response.writeHead(418).end()
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

const send = async (
  response: ServerResponse,
  protocol: Protocol,
  reply: Reply,
  { model, streamed }: Requested
): Promise<void> => {
  if (reply.kind === "refusal") {
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers })
    response.end(JSON.stringify(protocol.refusal(reply.status)))
  } else if (streamed) {
    await stream(response, protocol, reply, model)
  } else {
    response.writeHead(200, { "content-type": "application/json", "request-id": "req_1" })
    response.end(JSON.stringify(protocol.whole(reply, model)))
  }
}

const framesOf = (protocol: Protocol, answer: Answer, model: string): ReadonlyArray<string | Uint8Array> => {
  const { cut, error, malformed } = answer
  const frames = protocol.events(answer, model).map((event, index) =>
    malformed?.event === index ? malformed.lines : protocol.frame(event)
  )
  return error === undefined
    ? frames.slice(0, cut?.after)
    : [...frames.slice(0, error.after), protocol.frame(protocol.errorEvent(error.type, model, answer))]
}

const stream = async (response: ServerResponse, protocol: Protocol, answer: Answer, model: string): Promise<void> => {
  response.writeHead(200, { "content-type": protocol.contentType, "request-id": "req_1" })
  for (const frame of framesOf(protocol, answer, model)) {
    await new Promise((resolve) => response.write(frame, resolve))
  }
  if (answer.cut?.how === "drop") {
    response.socket?.destroy()
  } else {
    response.end()
  }
}
