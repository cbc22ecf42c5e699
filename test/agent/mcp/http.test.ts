/**
 * A tool call over HTTP, on the loopback: the client's spans and the server's are one tree.
 */
import { McpSchema } from "@effect/ai"
import { FetchHttpClient, HttpRouter, HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { RpcClient, RpcSerialization, RpcServer } from "@effect/rpc"
import { describe, expect, it } from "@effect/vitest"
import { context, propagation } from "@opentelemetry/api"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { InMemoryTelemetry, InMemoryTelemetryLive, type SpanRecord, Telemetry } from "loom-telemetry"
import { instrumentMcpClient } from "loom-telemetry/agent"
import { continueTrace, OTelTelemetry } from "loom-telemetry/otel"
import { createServer } from "node:http"
import { inMemoryProviders } from "../../otel/exported.js"
import { calculator } from "./calculator.js"

/** A server on a free port, with its own telemetry. */
const serving = <S, E>(telemetry: Layer.Layer<S, E>) =>
  Effect.gen(function*() {
    const built = yield* HttpRouter.Default.serve().pipe(
      Layer.provide(calculator(RpcServer.layerProtocolHttp({ path: "/mcp" }))),
      Layer.provide(RpcSerialization.layerJsonRpc()),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
      Layer.provideMerge(telemetry),
      Layer.build
    )
    const { address } = Context.get(built, HttpServer.HttpServer)
    return { built, url: `http://127.0.0.1:${address._tag === "TcpAddress" ? address.port : 0}/mcp` }
  })

/** `RpcClient` reads JSON-RPC over HTTP only under a content type that is not exactly `application/json`. */
const jsonRpc = RpcSerialization.layerJsonRpc({ contentType: "application/json; charset=utf-8" })

const protocol = (url: string) =>
  RpcClient.layerProtocolHttp({ url }).pipe(Layer.provide([FetchHttpClient.layer, jsonRpc]))

/** Calls a tool inside a span of the client, and returns its answer. */
const calling = (name: string, args: { readonly [key: string]: unknown } = {}) =>
  Effect.gen(function*() {
    const client = yield* RpcClient.make(McpSchema.ClientRpcs)
    const { content, isError } = yield* client["tools/call"]({ name, arguments: args, _meta: { progressToken: 7 } })
    expect(isError).toBe(false)
    return content[0]?.type === "text" ? JSON.parse(content[0].text) as unknown : undefined
  }).pipe(Telemetry.withSpan("caller"), Effect.scoped)

const named = (spans: ReadonlyArray<SpanRecord>, name: string): SpanRecord => spans.find((span) => span.name === name)!

const remote = {
  traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  tracestate: "vendor=1",
  baggage: "tenant=acme,plan=a%20b"
}

describe("over HTTP", () => {
  it.scopedLive("the tool's span in the server is below the call's span in the client", () =>
    Effect.gen(function*() {
      const { built, url } = yield* serving(InMemoryTelemetryLive)
      const telemetry = yield* Layer.build(InMemoryTelemetryLive)
      const answer = yield* calling("add", { a: 2, b: 3 }).pipe(
        Effect.provide(instrumentMcpClient(protocol(url))),
        Effect.provide(telemetry)
      )
      expect(answer).toBe(5)
      const there = yield* Context.get(telemetry, InMemoryTelemetry).spans
      const here = yield* Context.get(built, InMemoryTelemetry).spans
      const caller = named(there, "caller")
      const request = named(there, "RpcClient.tools/call")
      const handled = named(here, "McpServer.tools/call")
      expect(request.parentSpanId).toBe(caller.spanId)
      expect(handled).toMatchObject({ traceId: caller.traceId, parentSpanId: request.spanId })
      const above = here.find(({ spanId }) => spanId === named(here, "adding").parentSpanId)!
      expect([above.spanId, above.parentSpanId]).toContain(handled.spanId)
      // The server has its own traces from when it started.
      const traces = here.filter(({ name }) => !name.startsWith("McpServer/Notifications")).map((span) => span.traceId)
      expect(new Set(traces)).toEqual(new Set([caller.traceId]))
    }))

  it.scopedLive("state and baggage arrive in the tool, and are passed on from there", () =>
    Effect.gen(function*() {
      const { built, url } = yield* serving(InMemoryTelemetryLive)
      const answer = yield* calling("passedOn").pipe(
        continueTrace(remote),
        Effect.provide(instrumentMcpClient(protocol(url))),
        Effect.provide(InMemoryTelemetryLive)
      )
      const inside = named(yield* Context.get(built, InMemoryTelemetry).spans, "passing on")
      expect(answer).toEqual({ ...remote, traceparent: `00-${"a".repeat(32)}-${inside.spanId}-01` })
    }))

  it.scopedLive("an unsampled trace stays unsampled", () =>
    Effect.gen(function*() {
      const { url } = yield* serving(InMemoryTelemetryLive)
      const answer = yield* calling("passedOn").pipe(
        continueTrace({ traceparent: remote.traceparent.replace(/01$/, "00") }),
        Effect.provide(instrumentMcpClient(protocol(url))),
        Effect.provide(InMemoryTelemetryLive)
      )
      expect(answer).toEqual({ traceparent: expect.stringMatching(/^00-a{32}-.*-00$/) })
    }))

  it.scopedLive("concurrent calls stay in their own traces", () =>
    Effect.gen(function*() {
      const { url } = yield* serving(InMemoryTelemetryLive)
      const tenants = ["a", "b", "c", "d", "e"]
      const answers = yield* Effect.forEach(
        tenants,
        (tenant) =>
          continueTrace({ ...remote, traceparent: remote.traceparent.replaceAll("a", tenant), baggage: `t=${tenant}` })(
            calling("passedOn")
          ),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(instrumentMcpClient(protocol(url))), Effect.provide(InMemoryTelemetryLive))
      expect(answers).toEqual(tenants.map((tenant) => ({
        traceparent: expect.stringMatching(`^00-${tenant}{32}-`),
        tracestate: "vendor=1",
        baggage: `t=${tenant}`
      })))
    }))

  it.scopedLive("the trace of a client that only sends JSON continues from _meta, or else starts with its HTTP request", () =>
    Effect.gen(function*() {
      const { built, url } = yield* serving(InMemoryTelemetryLive)
      const post = (id: number, meta?: object) =>
        Effect.promise(async () => {
          const params = { name: "add", arguments: { a: id, b: 3 }, ...(meta && { _meta: meta }) }
          const body = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params })
          const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })
          return await response.json() as object
        })
      const answers = yield* Effect.all([
        post(1),
        post(2, { progressToken: 1 }),
        post(3, { traceparent: "x" }),
        post(4, remote)
      ])
      expect(answers).toMatchObject(
        [1, 2, 3, 4].map((id) => ({ id, result: { content: [{ text: String(id + 3) }] } }))
      )
      const here = yield* Context.get(built, InMemoryTelemetry).spans
      const requests = here.filter(({ name, parentSpanId }) => name.startsWith("http.server") && parentSpanId === null)
      const handled = here.filter(({ name }) => name === "McpServer.tools/call")
      expect(handled.map(({ parentSpanId }) => parentSpanId)).toEqual([
        ...requests.slice(0, 3).map(({ spanId }) => spanId),
        "b".repeat(16)
      ])
      expect(handled[3]!.traceId).toBe("a".repeat(32))
    }))
})

describe("with OpenTelemetry on both sides", () => {
  it("baggage that is active around the call is active in the tool", async () => {
    const there = ManagedRuntime.make(OTelTelemetry.fromProviders(inMemoryProviders()))
    const exported = inMemoryProviders()
    await there.runPromise(Effect.void)
    const baggage = propagation.createBaggage({ tenant: { value: "acme" } })
    const program = Effect.gen(function*() {
      const { url } = yield* serving(OTelTelemetry.fromProviders(exported))
      return yield* Effect.promise(() =>
        context.with(
          propagation.setBaggage(context.active(), baggage),
          () => there.runPromise(calling("tenant").pipe(Effect.provide(instrumentMcpClient(protocol(url)))))
        )
      )
    })
    expect(await Effect.runPromise(Effect.scoped(program))).toBe("acme")
    await there.dispose()
    expect(exported.spans().map(({ name }) => name)).toContain("reading")
  })
})
