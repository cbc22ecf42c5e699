import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { Attributes, MetricRecord, SpanRecord } from "loom-telemetry"
import { InMemoryTelemetry, MultiTelemetry, RunContext, Telemetry } from "loom-telemetry"

const work = (name: string) =>
  Effect.yieldNow().pipe(
    Effect.zipRight(Telemetry.emitMetric("work.count", 1, { name })),
    Effect.zipRight(Effect.yieldNow()),
    Telemetry.withSpan(name)
  )

/** A run with everything that agents do concurrently: parallel tools, forks, a daemon, a stream, a sub-agent. */
const agent = (run: number, depth: number): Effect.Effect<void> =>
  Effect.gen(function*() {
    const fork = yield* Effect.fork(work("fork"))
    const daemon = yield* Effect.forkDaemon(work("daemon"))
    yield* Effect.all([work("left"), work("right")], { concurrency: "unbounded" })
    yield* Stream.range(1, 3).pipe(
      Stream.mapEffect(() => work("part"), { concurrency: 2 }),
      Telemetry.withSpanStream("stream"),
      Stream.runDrain
    )
    yield* Fiber.join(fork)
    yield* Fiber.join(daemon)
    if (depth > 0) {
      yield* agent(run, depth - 1)
    }
  }).pipe(Telemetry.withSpan("run", { run }))

const runs = Array.from({ length: 200 }, (_, run) => run)

/** All runs, each under its own context. */
const sideBySide = Effect.forEach(
  runs,
  (run) => Effect.provideService(agent(run, 1), RunContext, { userId: `user-${run}`, sessionId: `session-${run}` }),
  { concurrency: "unbounded", discard: true }
)

const byTrace = <A extends { readonly traceId?: string }>(records: ReadonlyArray<A>): Map<string, Array<A>> => {
  const traces = new Map<string, Array<A>>()
  for (const record of records) {
    const trace = traces.get(record.traceId!) ?? []
    traces.set(record.traceId!, [...trace, record])
  }
  return traces
}

/** The number of a trace's run, read from its root. */
const runOf = (trace: ReadonlyArray<SpanRecord>): number => {
  const roots = trace.filter((span) => span.parentSpanId === null)
  expect(roots).toHaveLength(1)
  return Number(roots[0]!.attributes["run"])
}

const expectApart = (spans: ReadonlyArray<SpanRecord>, metrics: ReadonlyArray<MetricRecord>): void => {
  const traces = byTrace(spans)
  const measured = byTrace(metrics)
  expect([...traces.values()].map(runOf).toSorted((a, b) => a - b)).toEqual(runs)
  for (const [traceId, trace] of traces) {
    const run = runOf(trace)
    const ids = new Set(trace.map((span) => span.spanId))
    expect(trace).toHaveLength(18)
    expect(measured.get(traceId)).toHaveLength(14)
    // One assertion each: thousands of them would take longer than the runs.
    const whose = (of: { readonly attributes: Attributes }) => [of.attributes["user_id"], of.attributes["session_id"]]
    expect(new Set(trace.map((span) => whose(span).join()))).toEqual(new Set([`user-${run},session-${run}`]))
    expect(trace.filter((span) => span.parentSpanId !== null && !ids.has(span.parentSpanId))).toEqual([])
    expect(new Set(measured.get(traceId)!.map((metric) => metric.attributes["user_id"]))).toEqual(
      new Set([`user-${run}`])
    )
    expect(measured.get(traceId)!.filter((metric) => !ids.has(metric.spanId!))).toEqual([])
  }
}

describe("two hundred runs side by side", () => {
  it.effect("keep their users, sessions and parents apart", () =>
    Effect.gen(function*() {
      yield* sideBySide
      const memory = yield* InMemoryTelemetry
      expect(yield* memory.open).toEqual([])
      expectApart(yield* memory.spans, yield* memory.metrics)
    }).pipe(Effect.provide(InMemoryTelemetry.layer())))

  it.effect("are kept apart in every sink of a fan-out", () =>
    Effect.gen(function*() {
      const spans: Array<SpanRecord> = []
      const metrics: Array<MetricRecord> = []
      const custom = Telemetry.layerSink({
        name: "custom",
        onSpanEnd: (span) => spans.push(span),
        onMetric: (metric) => metrics.push(metric)
      })
      yield* Effect.provide(sideBySide, MultiTelemetry.layer([InMemoryTelemetry.layer(), custom]))
      expectApart(spans, metrics)
    }))

  it.effect("do not see a context that a child fiber sets", () =>
    Effect.gen(function*() {
      const child = Effect.provideService(work("child"), RunContext, { userId: "child" })
      yield* Effect.flatMap(Effect.fork(child), Fiber.join)
      yield* work("parent")
      const memory = yield* InMemoryTelemetry
      expect((yield* memory.spans).map((span) => [span.name, span.attributes["user_id"]])).toEqual([
        ["child", "child"],
        ["parent", undefined]
      ])
    }).pipe(Effect.provide(InMemoryTelemetry.layer())))
})
