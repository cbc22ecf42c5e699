import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { FileTelemetry, Loom, MultiTelemetry, RunContext, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { entriesOf, OtlpJson } from "loom-telemetry/readers"
import { file, metric, span, spanStart } from "./lines.js"

type Json = any

const recordsOf = (bytes: Uint8Array) =>
  entriesOf(bytes).flatMap((entry) => entry.kind === "record" ? [entry.record] : [])

const requestsOf = (
  bytes: Uint8Array,
  options?: OtlpJson.OtlpOptions
) => [...OtlpJson.requests(recordsOf(bytes), options)]

const spansOf = (requests: ReadonlyArray<OtlpJson.OtlpRequest>): ReadonlyArray<Json> =>
  requests.filter(({ signal }) => signal === "traces").flatMap(({ body }) =>
    JSON.parse(body).resourceSpans[0].scopeSpans[0].spans
  )

const attributesOf = (json: Json): { readonly [key: string]: Json } =>
  Object.fromEntries(json.attributes.map(({ key, value }: Json) => [key, value]))

/** Everything that a trace can contain: outcomes, events, nested values, a library's span without a session. */
const program = Effect.gen(function*() {
  yield* Effect.log("thinking").pipe(
    Effect.zipRight(Loom.modelStream.annotate({ tokens_in: 3, tokens_out: 4, cost_usd: 0.25, finish_reason: "stop" })),
    Loom.modelStream({ model: "m", provider: "p", streaming: true })
  )
  yield* Effect.exit(Effect.die(new TypeError("no")).pipe(Loom.tool({ tool: "add", call_id: "c1" })))
  yield* Effect.exit(Effect.interrupt.pipe(Telemetry.withSpan("stopped")))
  yield* Effect.void.pipe(
    Effect.withSpan("library", { attributes: { list: [1, 2], mixed: [1, "a"], deep: { a: 1 }, big: 2 ** 60 } })
  )
}).pipe(
  Loom.run({ agent: "a", architecture: "agent" }),
  RunContext.with({ userId: "alice", sessionId: "desk" }),
  Effect.exit
)

/** The same program in a trace file and, by the OpenTelemetry sink and its JSON serializer, as OTLP. */
const both = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  const exporter = new InMemorySpanExporter()
  let sent: Json
  const processor = new SimpleSpanProcessor(exporter)
  const layer = MultiTelemetry.layer([
    OTelTelemetry.layer({ resource: { serviceName: "test" }, spanProcessor: processor }),
    FileTelemetry.layer(path)
  ])
  const keep = Effect.sync(() => {
    sent = JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans())!))
  })
  const exit = yield* Effect.exit(
    Effect.provide(
      Effect.gen(function*() {
        yield* program
        yield* Telemetry.flush
        yield* keep
      }),
      layer
    )
  )
  expect(Exit.isSuccess(exit)).toBe(true)
  return { sent, bytes: yield* fs.readFile(path) }
}).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

/** A span of the SDK in the form that the specification prefers: 64-bit numbers as text, and without counts and flags. */
const normal = (json: Json): Json => {
  const value = (any: Json): Json =>
    "intValue" in any
      ? Number.isSafeInteger(Number(any.intValue))
        ? { intValue: String(any.intValue) }
        : { doubleValue: Number(any.intValue) }
      : "arrayValue" in any
      ? { arrayValue: { values: any.arrayValue.values.map(value) } }
      : any
  const attributes = (list: ReadonlyArray<Json>): Json =>
    list.map((each) => ({ key: each.key, value: value(each.value) }))
  const sorted = (list: ReadonlyArray<Json>) => attributes(list).toSorted((a: Json, b: Json) => a.key < b.key ? -1 : 1)
  const {
    droppedAttributesCount: _1,
    droppedEventsCount: _2,
    droppedLinksCount: _3,
    endTimeUnixNano,
    flags: _4,
    links,
    startTimeUnixNano,
    status,
    ...rest
  } = json
  return {
    ...rest,
    // A file has microseconds and a duration in nanoseconds; the start may be off by less than a microsecond.
    startTimeUnixNano: BigInt(startTimeUnixNano) / 1000n,
    elapsed: BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano),
    attributes: sorted(json.attributes),
    events: json.events.map(({ attributes: own, name }: Json) => ({ name, attributes: sorted(own) })),
    links: links.length,
    status: { ...(status.code !== 0 && status) }
  }
}

describe("the OTLP export of a trace file", () => {
  it.live("is what the OpenTelemetry sink sends", () =>
    Effect.gen(function*() {
      const { bytes, sent } = yield* both
      const ours = spansOf(requestsOf(bytes)).map(normal)
      const theirs = sent.resourceSpans[0].scopeSpans.flatMap((scope: Json) => scope.spans).map(normal)
      expect(ours.length).toBe(5)
      const byId = (list: ReadonlyArray<Json>) => list.toSorted((a, b) => a.spanId < b.spanId ? -1 : 1)
      expect(byId(ours)).toEqual(byId(theirs))
    }))

  it("gives a library's span the session of its nearest ancestor", () => {
    const requests = requestsOf(file(
      span({ id: 3, parent: 2, name: "http" }),
      span({ id: 2, parent: 1, name: "loom.run", attributes: { session_id: "inner" } }),
      span({ id: 1, name: "loom.run", attributes: { session_id: "outer", user_id: "u" } })
    ))
    const http = attributesOf(spansOf(requests)[0])
    expect(http).toMatchObject({ "session.id": { stringValue: "inner" }, "user.id": { stringValue: "u" } })
  })

  it("is split into batches without losing or repeating records", () => {
    const lines = Array.from(
      { length: 25 },
      (_, id) => span({ id: id + 1, trace: 1 + id % 3, parent: id % 5 === 0 ? null : 99 })
    )
    for (const maxWaiting of [0, 3, 1000]) {
      const requests = requestsOf(file(...lines), { batch: 10, maxWaiting })
      expect(requests.map(({ items }) => items)).toEqual([10, 10, 5])
      expect(spansOf(requests).map(({ spanId }) => Number.parseInt(spanId, 16)).sort((a, b) => a - b))
        .toEqual(lines.map((_, index) => index + 1))
    }
  })

  it("is one line per request, whatever the records contain", () => {
    const requests = requestsOf(file(span({ id: 1, name: "a\nb\u2028", attributes: { "__proto__x": "\r\n" } })))
    expect(requests.map(({ body }) => body.includes("\n"))).toEqual([false])
  })

  it("leaves out spans that have not ended", () => {
    expect(requestsOf(file(spanStart({ id: 1 })))).toEqual([])
  })

  it("uses the given dialects and resource", () => {
    const [request] = requestsOf(file(span({ id: 1, name: "loom.tool", attributes: { tool: "add" } })), {
      dialects: [],
      resource: { "service.name": "mine" }
    })
    const { resource, scopeSpans } = JSON.parse(request!.body).resourceSpans[0]
    expect(resource).toEqual({ attributes: [{ key: "service.name", value: { stringValue: "mine" } }] })
    expect(attributesOf(scopeSpans[0].spans[0])).toEqual({ tool: { stringValue: "add" } })
  })

  it("sums measurements by name and attributes since the last request", () => {
    const [request] = requestsOf(file(
      metric({ name: "loom.tokens.input", value: 2, attributes: { model: "m", user_id: "u" } }),
      metric({ name: "loom.tokens.input", value: 3, attributes: { user_id: "u", model: "m" } }),
      metric({ name: "loom.tokens.input", value: 5, attributes: { model: "n" } }),
      metric({ name: "loom.tool.duration_ms", value: 1 }),
      metric({ name: "loom.tool.duration_ms", value: 1.5 }),
      metric({ name: "loom.tool.duration_ms", value: 1e9 })
    ))
    const { resourceMetrics } = JSON.parse(request!.body)
    const [tokens, durations] = resourceMetrics[0].scopeMetrics[0].metrics
    expect(request!.items).toBe(6)
    expect(tokens).toMatchObject({
      name: "loom.tokens.input",
      unit: "{token}",
      sum: { aggregationTemporality: 1, isMonotonic: true }
    })
    expect(tokens.sum.dataPoints.map(({ asDouble }: Json) => asDouble)).toEqual([5, 5])
    const [point] = durations.histogram.dataPoints
    expect(point).toMatchObject({ count: "3", sum: 1e9 + 2.5, min: 1, max: 1e9 })
    expect(point.explicitBounds.slice(0, 3)).toEqual([1, 2, 5])
    expect([point.bucketCounts.length, point.bucketCounts.slice(0, 3), point.bucketCounts.at(-1)])
      .toEqual([point.explicitBounds.length + 1, ["1", "1", "0"], "1"])
  })
})
