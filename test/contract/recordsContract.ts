/**
 * Complete records: ids, times, events, links, and the span of a measurement. For sinks that keep all of these.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, metricNamed, runWith, spanNamed } from "./subject.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

export const recordsContract = (make: MakeSubject): void => {
  describe("complete records", () => {
    it.effect("have well-formed ids: one per trace, and a unique one per span", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.zipRight(Effect.withSpan(unit("child"), "root"), unit("other"))
        )
        const [root, child, other] = ["root", "child", "other"].map((name) => spanNamed(run, name))
        for (const span of run.spans) {
          expect(span.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
          expect(span.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
        }
        expect(root!.parentSpanId).toBeNull()
        expect(child!.parentSpanId).toBe(root!.spanId)
        expect(child!.traceId).toBe(root!.traceId)
        expect(other!.traceId).not.toBe(root!.traceId)
        expect(new Set(run.spans.map((span) => span.spanId)).size).toBe(3)
      }))

    it.effect("take their times from the fiber's clock", () =>
      Effect.gen(function*() {
        // Later than this TestClock's own nanoseconds are not exact: they are computed in floating point.
        yield* TestClock.setTime(Date.UTC(1970, 0, 31, 12))
        const run = yield* runWith(
          make,
          TestClock.adjust("150 millis").pipe(
            Effect.zipRight(Telemetry.emitMetric("calls", 1)),
            Effect.zipRight(TestClock.adjust("1 second")),
            Telemetry.withSpan("body")
          )
        )
        const span = spanNamed(run, "body")
        expect(span.startedAt).toEqual(new Date("1970-01-31T12:00:00.000Z"))
        expect(span.endedAt).toEqual(new Date("1970-01-31T12:00:01.150Z"))
        expect(span.durationMs).toBe(1150)
        expect(metricNamed(run, "calls").emittedAt).toEqual(new Date("1970-01-31T12:00:00.150Z"))
      }))

    it.effect("have no negative duration if the clock is set back", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(10_000)
        const run = yield* runWith(make, TestClock.setTime(5000).pipe(Telemetry.withSpan("body")))
        expect(spanNamed(run, "body").durationMs).toBe(0)
      }))

    it.effect("contain messages of Effect.log inside a span as its events", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* TestClock.adjust("40 millis")
            yield* Effect.annotateLogs(Effect.logInfo("asking"), { model: "m-1" })
            yield* Effect.withSpan(Effect.logInfo("in the library"), "library")
          }).pipe(Telemetry.withSpan("body"))
        )
        const [event, ...more] = spanNamed(run, "body").events
        expect(more).toEqual([])
        expect(event).toMatchObject({ name: "asking", attributes: { model: "m-1" } })
        expect(event!.time).toEqual(new Date(40))
        expect(spanNamed(run, "library").events.map((each) => each.name)).toEqual(["in the library"])
      }))

    it.effect("contain links that name the other span", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.scoped(Effect.gen(function*() {
            const other = yield* Telemetry.spanScoped("other")
            yield* Effect.linkSpans(unit("by region"), other, { why: "retry" })
            yield* Telemetry.withSpan(Effect.linkSpanCurrent(other), "from inside")
            yield* Effect.withSpan(Effect.void, "library", {
              links: [{ _tag: "SpanLink", span: other, attributes: { why: "batch" } }]
            })
          }))
        )
        const { spanId, traceId } = spanNamed(run, "other")
        expect(spanNamed(run, "by region").links).toEqual([{ traceId, spanId, attributes: { why: "retry" } }])
        expect(spanNamed(run, "from inside").links).toEqual([{ traceId, spanId, attributes: {} }])
        expect(spanNamed(run, "library").links).toEqual([{ traceId, spanId, attributes: { why: "batch" } }])
      }))

    it.effect("name the span in which a measurement was taken", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.emitMetric("ours", 1).pipe(Telemetry.withSpan("inner"))
            yield* Telemetry.emitMetric("library", 1).pipe(Effect.withSpan("native"))
            yield* Effect.withTracerEnabled(Effect.withSpan(Telemetry.emitMetric("switched off", 1), "hidden"), false)
          }).pipe(Telemetry.withSpan("outer"), Effect.zipRight(Telemetry.emitMetric("outside", 1)))
        )
        const placeOf = (name: string) => {
          const { spanId, traceId } = spanNamed(run, name)
          return { spanId, traceId }
        }
        expect(metricNamed(run, "ours")).toMatchObject(placeOf("inner"))
        expect(metricNamed(run, "library")).toMatchObject(placeOf("native"))
        expect(metricNamed(run, "outside")).not.toHaveProperty("spanId")
        expect(metricNamed(run, "outside")).not.toHaveProperty("traceId")
        // A region without tracing has no span of its own; the id of its placeholder must not be recorded.
        expect(metricNamed(run, "switched off").spanId).not.toBe("noop")
      }))

    it.effect("are frozen copies, unaffected by later changes of the caller's objects", () =>
      Effect.gen(function*() {
        const tags = ["a"]
        const run = yield* runWith(
          make,
          Telemetry.emitMetric("calls", 1, { tags }).pipe(
            Effect.tap(() => Effect.sync(() => tags.push("b"))),
            Telemetry.withSpan("body", { tags, nested: { tags } })
          )
        )
        expect(spanNamed(run, "body").attributes).toEqual({ tags: ["a"], nested: { tags: ["a"] } })
        expect(metricNamed(run, "calls").attributes).toEqual({ tags: ["a"] })
        for (const record of [...run.spans, ...run.metrics]) {
          expect(isDeepFrozen(record)).toBe(true)
        }
      }))
  })
}

const isDeepFrozen = (value: unknown): boolean =>
  typeof value !== "object" || value === null || value instanceof Date ||
  (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))
