/**
 * A local OTLP receiver over HTTP that keeps what it receives, and misbehaves on request.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net"
import { gunzipSync } from "node:zlib"
import {
  logsInProtobuf,
  metricsInProtobuf,
  type ReceivedLogs,
  type ReceivedMetrics,
  type ReceivedSpans,
  spansInProtobuf
} from "./decodeOtlp.js"

/** One received request. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body, decompressed. */
  readonly body: Buffer
}

/** What the receiver does with a request; the number counts requests from 0. */
export type Behaviour = (request: Received, response: ServerResponse, count: number, socket: Socket) => void

/** A running receiver. */
export interface Receiver {
  readonly url: string
  readonly requests: ReadonlyArray<Received>
  /** Successful requests, by signal. */
  readonly spans: () => ReadonlyArray<ReceivedSpans>
  readonly metrics: () => ReadonlyArray<ReceivedMetrics>
  readonly logs: () => ReadonlyArray<ReceivedLogs>
  /** Names of the accepted spans, in order of arrival. */
  readonly spanNames: () => ReadonlyArray<string>
}

/** Accepts everything. */
export const accepting: Behaviour = (_, response) => {
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end()
}

/** Responds to everything with this status. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body = ""): Behaviour => (_, response) => {
    response.writeHead(status, headers).end(body)
  }

/** Accepts requests and never responds. */
export const hanging: Behaviour = () => {}

/** Breaks the connection. */
export const resetting: Behaviour = (_request, _response, _count, socket) => {
  socket.resetAndDestroy()
}

/** Behaves one way for the first requests and another way for the rest. */
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

/** Runs a receiver on a free port, or on this one, until the scope closes. */
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
            logs: () => at("/v1/logs").map(logsInProtobuf),
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

/** The address of a server that accepts connections but neither reads nor responds, until the scope closes. */
export const silentServer: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.async<readonly [string, () => void]>((resume) => {
    const sockets: Array<Socket> = []
    const server = createTcpServer({ pauseOnConnect: true }, (socket) => sockets.push(socket.on("error", () => {})))
    server.listen(0, "127.0.0.1", () =>
      resume(Effect.succeed([
        `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        () => {
          sockets.forEach((socket) => socket.destroy())
          server.close()
        }
      ])))
  }),
  ([, close]) => Effect.sync(close)
).pipe(Effect.map(([url]) => url))

/** An address where nothing is listening. */
export const noReceiver: Effect.Effect<string> = Effect.scoped(Effect.map(receiver(), ({ url }) => url))
