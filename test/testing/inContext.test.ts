/**
 * Expectations and queries for the sink in the context.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { InMemoryTelemetryLive, Loom, Telemetry } from "loom-telemetry"
import {
  any,
  atLeast,
  containing,
  expectNoOpenSpans,
  expectTrace,
  findSpan,
  findSpans,
  metricSum,
  metricValues,
  TestTelemetry
} from "loom-telemetry/testing"

const tools = Effect.forEach(
  ["add", "add", "clock"],
  (tool, index) => Telemetry.emitMetric("calls", index + 1, { tool }).pipe(Loom.tool({ tool, call_id: `c${index}` }))
).pipe(
  Telemetry.withSpan("turn")
)

describe("expectTrace", () => {
  it.effect("succeeds if the trace is as expected", () =>
    Effect.gen(function*() {
      yield* tools
      yield* expectTrace({ name: "turn", children: containing([{ name: "loom.tool", attributes: { tool: "clock" } }]) })
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("works with the in-memory sink of a program", () =>
    Effect.gen(function*() {
      yield* tools
      yield* expectTrace({ name: "turn" })
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("fails if it is not, with a stack that points at the test", () =>
    Effect.gen(function*() {
      yield* tools
      const error = yield* Effect.flip(expectTrace({ name: "turn", children: [] }))
      expect(error._tag).toBe("TraceMismatch")
      expect(error.mismatches.map(({ kind }) => kind)).toEqual(["unexpected", "unexpected", "unexpected"])
      expect(/^ +at .*$/m.exec(error.stack ?? "")?.[0]).toContain("inContext.test.ts")
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("names the spans that are still open, because they are not recorded yet", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(expectTrace({ name: "turn" })).pipe(Telemetry.withSpan("turn"))
      expect(error.message).toContain("1 difference.\nNot recorded yet, because still open: turn.\n")
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.live("can be retried to wait for background work", () =>
    Effect.gen(function*() {
      yield* Effect.forkDaemon(Effect.sleep("20 millis").pipe(Telemetry.withSpan("background")))
      yield* expectTrace({ name: "background" }).pipe(
        Effect.retry(Schedule.spaced("5 millis")),
        Effect.timeout("10 seconds")
      )
    }).pipe(Effect.provide(TestTelemetry.layer)))
})

describe("expectNoOpenSpans", () => {
  it.effect("fails with the names of the open spans, and succeeds once they have ended", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.never.pipe(Telemetry.withSpan("inner"), Telemetry.withSpan("outer")))
      yield* Effect.yieldNow()
      const error = yield* Effect.flip(expectNoOpenSpans)
      expect(error).toMatchObject({ _tag: "SpansStillOpen", expected: [], actual: ["outer", "inner"] })
      expect(error.message).toMatch(/^2 spans are still open: outer, inner\. /)
      yield* Fiber.interrupt(fiber)
      yield* expectNoOpenSpans
    }).pipe(Effect.provide(TestTelemetry.layer)))
})

describe("findSpan and findSpans", () => {
  it.effect("return the spans with a name, or a pattern in it, and these attributes", () =>
    Effect.gen(function*() {
      yield* tools
      expect((yield* findSpan("loom.tool", { tool: "clock", ok: any })).attributes["call_id"]).toBe("c2")
      const found = yield* findSpans("loom.tool", { tool: "add" })
      expect(found.map(({ attributes }) => attributes["call_id"])).toEqual(["c0", "c1"])
      expect((yield* findSpans(/t/)).map(({ name }) => name)).toEqual(["turn", "loom.tool", "loom.tool", "loom.tool"])
      expect(yield* findSpans("tool")).toEqual([])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("list the spans that exist if findSpan fails because there is none or more than one", () =>
    Effect.gen(function*() {
      const empty = yield* Effect.flip(findSpan("turn"))
      expect(empty.message).toBe("No ended span matches • turn. No span has ended")
      yield* tools
      const none = yield* Effect.flip(findSpan("loom.tool", { tool: "sub" }))
      expect(none).toMatchObject({ _tag: "SpanNotFound", found: 0 })
      expect(none.message).toBe("No ended span matches • loom.tool tool=sub. Ended spans: turn (1), loom.tool (3)")
      const several = yield* Effect.flip(findSpan("loom.tool"))
      expect(several.found).toBe(3)
      expect(several.message).toMatch(/^3 ended spans match • loom\.tool, but findSpan expects one\./)
      expect(several.stack).toContain("inContext.test.ts")
    }).pipe(Effect.provide(TestTelemetry.layer)))
})

describe("metricSum and metricValues", () => {
  it.effect("return the values of a metric with these attributes", () =>
    Effect.gen(function*() {
      yield* tools
      expect(yield* metricSum("calls")).toBe(6)
      expect(yield* metricSum("calls", { tool: "add" })).toBe(3)
      expect(yield* metricValues("calls", { tool: /^a/ })).toEqual([1, 2])
      expect(yield* metricValues("calls", { tool: atLeast(1) })).toEqual([])
      expect(yield* metricSum("cals")).toBe(0)
    }).pipe(Effect.provide(TestTelemetry.layer)))
})
