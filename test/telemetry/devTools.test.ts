/**
 * Effect's DevTools, and every tracer that lets the native one create the span, above or below our sink: both see one tree.
 */
import * as DevTools from "@effect/experimental/DevTools/Client"
import type * as Domain from "@effect/experimental/DevTools/Domain"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { continueTrace, traceHeaders } from "loom-telemetry/otel"
import { outline } from "../contract/subject.js"
import { patchingTracer } from "./foreignTracers.js"

type Seen = Extract<Domain.ParentSpan, { readonly _tag: "Span" }>

/** DevTools whose client keeps the messages instead of sending them. */
const devTools = () => {
  const seen: Array<Seen> = []
  const client = DevTools.Client.of({
    unsafeAddSpan: (span) => {
      if (span._tag === "Span" && !seen.some((each) => each.spanId === span.spanId)) {
        seen.push(span as Seen)
      }
    }
  })
  return { seen, tracer: DevTools.makeTracer.pipe(Effect.provideService(DevTools.Client, client)) }
}

const program = Effect.gen(function*() {
  const headers = yield* traceHeaders.pipe(
    Effect.tap(Telemetry.emitMetric("hits", 1)),
    Telemetry.withSpan("child"),
    Effect.withSpan("library")
  )
  yield* Effect.fork(Telemetry.withSpan(Effect.void, "forked")).pipe(Effect.flatMap((fiber) => fiber.await))
  yield* Stream.make(1).pipe(
    Stream.mapEffect(() => Effect.withSpan(Effect.void, "element")),
    Telemetry.withSpanStream("stream"),
    Stream.runDrain
  )
  return headers
}).pipe(Telemetry.withSpan("parent"))

const tree = ["parent", "  forked", "  library", "    child", "  stream", "    element"]

const read = Effect.flatMap(InMemoryTelemetry, (memory) => Effect.all({ spans: memory.spans, metrics: memory.metrics }))

const parentOf = (span: Seen): string | null => span.parent._tag === "Some" ? span.parent.value.spanId : null

describe("DevTools", () => {
  it.effect("see the same tree with the same ids below our sink; metrics and headers name their span", () =>
    Effect.gen(function*() {
      const { seen, tracer } = devTools()
      const [headers, { metrics, spans }] = yield* Effect.zip(program, read).pipe(
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.withTracer(yield* tracer)
      )
      expect(outline(spans)).toEqual(tree)
      expect(new Set(spans.map((span) => span.traceId)).size).toBe(1)
      expect(new Map(seen.map((span) => [span.spanId, parentOf(span)]))).toEqual(
        new Map(spans.map((span) => [span.spanId, span.parentSpanId]))
      )
      const child = spans.find(({ name }) => name === "child")!
      expect(metrics).toMatchObject([{ traceId: child.traceId, spanId: child.spanId }])
      expect(headers).toEqual({ traceparent: `00-${child.traceId}-${child.spanId}-01` })
    }))

  it.effect("see the same tree with the same ids above our sink", () =>
    Effect.gen(function*() {
      const { seen, tracer } = devTools()
      const { spans } = yield* Effect.gen(function*() {
        yield* Effect.withTracer(program, yield* tracer)
        return yield* read
      }).pipe(Effect.provide(InMemoryTelemetry.layer()))
      expect(outline(spans)).toEqual(tree)
      expect(new Map(seen.map((span) => [span.spanId, parentOf(span)]))).toEqual(
        new Map(spans.map((span) => [span.spanId, span.parentSpanId]))
      )
    }))

  it.effect("see each span once if installed above and below", () =>
    Effect.gen(function*() {
      const [below, above] = [devTools(), devTools()]
      const { spans } = yield* Effect.gen(function*() {
        yield* Effect.withTracer(program, yield* above.tracer)
        return yield* read
      }).pipe(Effect.provide(InMemoryTelemetry.layer()), Effect.withTracer(yield* below.tracer))
      expect(outline(spans)).toEqual(tree)
      for (const { seen } of [above, below]) {
        expect(seen.map(({ spanId }) => spanId).toSorted()).toEqual(spans.map(({ spanId }) => spanId).toSorted())
      }
    }))

  it.effect("keep their span outside of our layer as the parent of the spans inside", () =>
    Effect.gen(function*() {
      const { seen, tracer } = devTools()
      const { spans } = yield* Effect.zipRight(Telemetry.withSpan(Effect.void, "ours"), read).pipe(
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.withSpan("outside"),
        Effect.withTracer(yield* tracer)
      )
      const outside = seen.find(({ name }) => name === "outside")!
      expect(spans).toMatchObject([{ name: "ours", traceId: outside.traceId, parentSpanId: outside.spanId }])
      expect(seen.map(parentOf)).toEqual([null, outside.spanId])
    }))

  it.effect("continue a remote parent, but not one with malformed ids", () =>
    Effect.gen(function*() {
      const remote = { traceId: "a".repeat(32), spanId: "b".repeat(16) }
      const run = (around: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
        Effect.gen(function*() {
          const { seen, tracer } = devTools()
          const { spans } = yield* around(Telemetry.withSpan(Effect.withSpan(Effect.void, "library"), "ours")).pipe(
            Effect.zipRight(read),
            Effect.provide(InMemoryTelemetry.layer()),
            Effect.withTracer(yield* tracer)
          )
          expect(seen.map(parentOf)).toEqual([spans[1]!.parentSpanId, spans[0]!.parentSpanId])
          return spans[1]!
        })
      const headers = { traceparent: `00-${remote.traceId}-${remote.spanId}-01` }
      expect(yield* run(continueTrace(headers))).toMatchObject({
        traceId: remote.traceId,
        parentSpanId: remote.spanId
      })
      const bad = Tracer.externalSpan({ traceId: "x", spanId: "y" })
      const root = yield* run((self) => Effect.provideService(self, Tracer.ParentSpan, bad))
      expect(root.parentSpanId).toBeNull()
      expect(root.traceId).toMatch(/^[0-9a-f]{32}$/)
    }))
})

it.effect("a tracer that patches native spans below our sink sees each start and end", () =>
  Effect.gen(function*() {
    const patching = patchingTracer(yield* Effect.tracer)
    const { spans } = yield* Effect.zipRight(program, read).pipe(
      Effect.provide(InMemoryTelemetry.layer()),
      Effect.withTracer(patching.tracer)
    )
    expect(outline(spans)).toEqual(tree)
    expect(patching.ended).toEqual(spans.map(({ name }) => name))
  }))
