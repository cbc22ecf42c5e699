/**
 * A local OTLP receiver over HTTP that keeps what it is sent, and misbehaves as it is told.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { gunzipSync } from "node:zlib"
import { metricsInProtobuf, type ReceivedMetrics, type ReceivedSpans, spansInProtobuf } from "./decodeOtlp.js"

/** One request as it came. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Unpacked where it was compressed. */
  readonly body: Buffer
}

/** What the receiver does with a request; the number counts requests from 0. */
export type Behaviour = (request: Received, response: ServerResponse, count: number, socket: Socket) => void

/** A receiver that is running. */
export interface Receiver {
  readonly url: string
  readonly requests: ReadonlyArray<Received>
  /** Requests that were answered with success, of spans and of metrics. */
  readonly spans: () => ReadonlyArray<ReceivedSpans>
  readonly metrics: () => ReadonlyArray<ReceivedMetrics>
  /** Names of the spans that were accepted, in the order of arrival. */
  readonly spanNames: () => ReadonlyArray<string>
}

/** Takes everything. */
export const accepting: Behaviour = (_, response) => {
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end()
}

/** Answers everything with this status. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body = ""): Behaviour => (_, response) => {
    response.writeHead(status, headers).end(body)
  }

/** Takes the request and never answers. */
export const hanging: Behaviour = () => {}

/** Breaks the connection. */
export const resetting: Behaviour = (_request, _response, _count, socket) => {
  socket.resetAndDestroy()
}

/** Does one thing for the first requests and another for the rest. */
export const firstly = (requests: number, first: Behaviour, rest: Behaviour): Behaviour => (...args) =>
  args[2] < requests ? first(...args) : rest(...args)

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
  }
  const body = Buffer.concat(chunks)
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body
}

/** Runs a receiver until the scope closes, on a port that is free or on this one. */
export const receiver = (behaviour: Behaviour = accepting, port = 0): Effect.Effect<Receiver, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<readonly [Receiver, () => Promise<void>]>((resume) => {
      const requests: Array<Received> = []
      const accepted: Array<Received> = []
      const server = createServer(async (request, response) => {
        const received = { path: request.url!, headers: request.headers, body: await bodyOf(request) }
        response.on("finish", () => response.statusCode === 200 && accepted.push(received))
        behaviour(received, response, requests.push(received) - 1, request.socket)
      })
      const at = (path: string) => accepted.filter((request) => request.path.endsWith(path)).map(({ body }) => body)
      const spans = () => at("/v1/traces").map(spansInProtobuf)
      server.listen(port, "127.0.0.1", () =>
        resume(Effect.succeed([
          {
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            requests,
            spans,
            metrics: () => at("/v1/metrics").map(metricsInProtobuf),
            spanNames: () => spans().flatMap((batch) => batch.spans.map(({ name }) => name))
          },
          () => {
            server.closeAllConnections()
            return new Promise((done) => server.close(() => done()))
          }
        ])))
    }),
    ([, close]) => Effect.promise(close)
  ).pipe(Effect.map(([running]) => running))

/** An address where nothing listens: one that did a moment ago. */
export const nobody: Effect.Effect<string> = Effect.scoped(Effect.map(receiver(), ({ url }) => url))
