/**
 * A trace across a real HTTP hop: an `@effect/platform` server and client on the loopback interface.
 */
import * as Platform from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Telemetry } from "loom-telemetry"
import { continueTrace } from "loom-telemetry/otel"
import { createServer } from "node:http"
import { outline } from "../contract/subject.js"
import { both, exportedNamed, identityOf } from "./exported.js"

const { FetchHttpClient, HttpClient, HttpClientRequest, HttpRouter, HttpServer, HttpServerResponse } = Platform
const { HttpServerRequest } = Platform.HttpServerRequest

type Handler = Effect.Effect<string, never, Platform.HttpServerRequest.HttpServerRequest>

const work: Handler = Telemetry.withSpan(Effect.succeed("done"), "server's work")

/** Calls a server with this route through this modified client. */
const hop = (
  handler: Handler,
  change: (client: Platform.HttpClient.HttpClient) => Platform.HttpClient.HttpClient = (client) => client
) =>
  Effect.gen(function*() {
    const port = yield* Effect.map(
      HttpServer.HttpServer,
      ({ address }) => address._tag === "TcpAddress" ? address.port : 0
    )
    const client = change(yield* HttpClient.HttpClient)
    const response = yield* client.execute(HttpClientRequest.get(`http://127.0.0.1:${port}/`))
    return yield* response.text
  }).pipe(
    Telemetry.withSpan("client's work"),
    Effect.provide(
      HttpServer.serve(HttpRouter.empty.pipe(HttpRouter.get("/", Effect.map(handler, HttpServerResponse.unsafeJson))))
        .pipe(
          Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
        )
    ),
    Effect.provide(FetchHttpClient.layer),
    Effect.orDie,
    both
  )

const silent = HttpClient.withTracerPropagation(false)

describe("a hop over HTTP", () => {
  it.live("is one trace in every sink, with the server's spans below the client's request", () =>
    Effect.gen(function*() {
      const run = yield* hop(work)
      expect(run.exit._tag).toBe("Success")
      expect(outline(run.records)).toEqual([
        "client's work",
        "  http.client GET",
        "    http.server GET",
        "      server's work"
      ])
      expect(new Set(run.spans.map((span) => identityOf(span).traceId)).size).toBe(1)
      expect(identityOf(exportedNamed(run, "http.server GET")).parentSpanId).toBe(
        identityOf(exportedNamed(run, "http.client GET")).spanId
      )
    }))

  it.live("passes the header of the client's span to the server", () =>
    Effect.gen(function*() {
      const run = yield* hop(Effect.map(HttpServerRequest, ({ headers }) => headers["traceparent"] ?? "none"))
      const { spanId, traceId } = exportedNamed(run, "http.client GET").spanContext()
      expect(yield* run.exit).toBe(JSON.stringify(`00-${traceId}-${spanId}-01`))
    }))

  it.live("can be continued manually from the request headers", () =>
    Effect.gen(function*() {
      const run = yield* hop(Effect.flatMap(HttpServerRequest, ({ headers }) => continueTrace(headers)(work)))
      const client = identityOf(exportedNamed(run, "http.client GET"))
      expect(identityOf(exportedNamed(run, "server's work"))).toMatchObject({
        traceId: client.traceId,
        parentSpanId: client.spanId
      })
    }))

  it.live("is two traces if the client does not propagate its own", () =>
    Effect.gen(function*() {
      const run = yield* hop(work, silent)
      expect(outline(run.records)).toEqual([
        "client's work",
        "  http.client GET",
        "http.server GET",
        "  server's work"
      ])
    }))

  const malformed = [
    `00-${"0".repeat(32)}-${"0".repeat(16)}-01`,
    "00-x-y-z",
    `00-${"g".repeat(32)}-${"1".repeat(16)}-01`
  ]
  for (const header of malformed) {
    it.live(`starts a new trace on the server if the header is ${header}`, () =>
      Effect.gen(function*() {
        const run = yield* hop(work, (client) =>
          silent(HttpClient.mapRequest(client, HttpClientRequest.setHeader("traceparent", header))))
        const server = identityOf(exportedNamed(run, "http.server GET"))
        expect(server.parentSpanId).toBeNull()
        expect(server.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
      }))
  }
})
