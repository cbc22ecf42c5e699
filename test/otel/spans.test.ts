/**
 * Records as OpenTelemetry spans: status, attributes, events, links, times and kind.
 */
import { describe, expect, it } from "@effect/vitest"
import { SpanKind } from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import { both, ending, exportedNamed } from "./exported.js"

class Refused extends Error {
  override readonly name = "Refused"
}

/** The status and exceptions of a program's only span. */
const endingOf = (body: Effect.Effect<unknown, unknown>) =>
  Effect.map(both(Telemetry.withSpan(body, "body")), (run) => ending(exportedNamed(run, "body")))

const unremarkable = { status: "UNSET", message: undefined, errorType: undefined, outcome: undefined, exceptions: [] }

describe("the end of a span", () => {
  it.effect("leaves the status unset if the body succeeds", () =>
    Effect.gen(function*() {
      expect(yield* endingOf(Effect.void)).toEqual(unremarkable)
    }))

  it.effect("is an error with one exception if the body fails", () =>
    Effect.gen(function*() {
      expect(yield* endingOf(Effect.fail(new Refused("not today")))).toEqual({
        status: "ERROR",
        message: "Refused: not today",
        errorType: "Refused",
        outcome: undefined,
        exceptions: [{ "exception.type": "Refused", "exception.message": "not today" }]
      })
    }))

  it.effect("is an error with one exception if the body dies", () =>
    Effect.gen(function*() {
      expect(yield* endingOf(Effect.die(new TypeError("x is not a function")))).toEqual({
        status: "ERROR",
        message: "TypeError: x is not a function",
        errorType: "TypeError",
        outcome: undefined,
        exceptions: [{ "exception.type": "TypeError", "exception.message": "x is not a function" }]
      })
    }))

  it.effect("uses no made-up type for a failure without one", () =>
    Effect.gen(function*() {
      expect(yield* endingOf(Effect.fail("a plain text"))).toMatchObject({
        status: "ERROR",
        message: "a plain text",
        errorType: "Error",
        exceptions: [{ "exception.type": "Error", "exception.message": "a plain text" }]
      })
    }))

  it.effect("is not an error if the body is interrupted", () =>
    Effect.gen(function*() {
      expect(yield* endingOf(Effect.interrupt)).toEqual({ ...unremarkable, outcome: "interrupted" })
    }))

  it.live("is not an error if a timeout stops the body, but an error on the enclosing span", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Effect.never.pipe(Telemetry.withSpan("inner"), Effect.timeout("1 millis"), Telemetry.withSpan("outer"))
      )
      expect(ending(exportedNamed(run, "inner"))).toEqual({ ...unremarkable, outcome: "interrupted" })
      expect(ending(exportedNamed(run, "outer"))).toMatchObject({ status: "ERROR", errorType: "TimeoutException" })
    }))

  it.effect("is an error without an exception if a tool is not ok", () =>
    Effect.gen(function*() {
      const tool = Telemetry.withSpan(Effect.void, "loom.tool", { tool: "add", ok: false, error: "Denied: no" })
      const run = yield* both(tool)
      expect(ending(exportedNamed(run, "loom.tool"))).toEqual({
        status: "ERROR",
        message: "Denied: no",
        errorType: "_OTHER",
        outcome: undefined,
        exceptions: []
      })
    }))

  it.effect("is the same without any dialect", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.ignore(Telemetry.withSpan(Effect.fail(new Refused("no")), "body")), {
        dialects: []
      })
      expect(ending(exportedNamed(run, "body"))).toMatchObject({ status: "ERROR", errorType: "Refused" })
      expect(exportedNamed(run, "body").attributes).toEqual({ "error.type": "Refused" })
    }))

  it.effect("is the same for spans of other libraries, without Effect's stack traces", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.ignore(Effect.withSpan(Effect.fail(new Refused("no")), "library")))
      expect(ending(exportedNamed(run, "library"))).toMatchObject({
        status: "ERROR",
        errorType: "Refused",
        exceptions: [{ "exception.type": "Refused", "exception.message": "no" }]
      })
    }))

  it.effect("keeps the exception of a span with more events than the limit", () =>
    Effect.gen(function*() {
      const events = Effect.forEach(Array.from({ length: 200 }), (_, n) => Effect.log(`event ${n}`), { discard: true })
      const run = yield* both(Effect.ignore(Telemetry.withSpan(Effect.zipRight(events, Effect.fail("no")), "body")))
      expect(ending(exportedNamed(run, "body")).exceptions).toHaveLength(1)
    }))
})

describe("a span", () => {
  it.effect("has the times of the fiber's clock, to the nanosecond", () =>
    Effect.gen(function*() {
      const run = yield* both(TestClock.adjust("1500 millis").pipe(Telemetry.withSpan("body")))
      const { duration, endTime, startTime } = exportedNamed(run, "body")
      expect([startTime, endTime, duration]).toEqual([[0, 0], [1, 500_000_000], [1, 500_000_000]])
    }))

  it.effect("has the given attributes, nested ones as JSON strings", () =>
    Effect.gen(function*() {
      const run = yield* both(Telemetry.withSpan(Effect.void, "body", {
        text: "a",
        number: 1.5,
        flag: false,
        texts: ["a", "b"],
        numbers: [1, 2],
        none: [],
        mixed: ["a", 1],
        object: { a: { b: [1, "two"] } },
        objects: [{ a: 1 }],
        missing: undefined
      }))
      expect(exportedNamed(run, "body").attributes).toEqual({
        text: "a",
        number: 1.5,
        flag: false,
        texts: ["a", "b"],
        numbers: [1, 2],
        none: [],
        mixed: "[\"a\",1]",
        object: "{\"a\":{\"b\":[1,\"two\"]}}",
        objects: "[{\"a\":1}]"
      })
    }))

  it.effect("has attributes that were set while it was open", () =>
    Effect.gen(function*() {
      const body = Effect.zipRight(Telemetry.annotate({ tokens: 3 }), Effect.annotateCurrentSpan("late", true))
      const run = yield* both(Telemetry.withSpan(body, "body", { tokens: 1 }))
      expect(exportedNamed(run, "body").attributes).toEqual({ tokens: 3, late: true })
    }))

  it.effect("has log messages as events, at their time", () =>
    Effect.gen(function*() {
      const body = Effect.zipRight(TestClock.adjust("250 millis"), Effect.annotateLogs(Effect.log("hello"), { a: 1 }))
      const run = yield* both(Telemetry.withSpan(body, "body"))
      const [event, ...others] = exportedNamed(run, "body").events
      expect(others).toEqual([])
      expect(event).toMatchObject({ name: "hello", time: [0, 250_000_000], attributes: { a: 1 } })
    }))

  it.effect("has the given links and the added ones", () =>
    Effect.gen(function*() {
      const cause = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) })
      const other = Tracer.externalSpan({ traceId: "c".repeat(32), spanId: "d".repeat(16) })
      const run = yield* both(
        Effect.linkSpanCurrent(other, { why: "late" }).pipe(
          Effect.withSpan("body", {
            links: [{ _tag: "SpanLink", span: cause, attributes: { why: "cause" } }]
          })
        )
      )
      expect(exportedNamed(run, "body").links.map(({ attributes, context }) => ({ attributes, ...context }))).toEqual([
        { attributes: { why: "cause" }, traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 },
        { attributes: { why: "late" }, traceId: "c".repeat(32), spanId: "d".repeat(16), traceFlags: 1 }
      ])
    }))

  it.effect("has the given kind; a model call is a client span", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.all([
        Effect.withSpan(Effect.void, "server", { kind: "server" }),
        Loom.modelStream({ model: "m" })(Effect.void),
        Loom.turn({ turn: 0 })(Effect.void)
      ]))
      expect(run.spans.map(({ kind, name }) => [name, SpanKind[kind]])).toEqual([
        ["server", "SERVER"],
        ["loom.model.stream", "CLIENT"],
        ["loom.turn", "INTERNAL"]
      ])
    }))

  it.effect("has this package as its instrumentation scope", () =>
    Effect.gen(function*() {
      const run = yield* both(Telemetry.withSpan(Effect.void, "body"))
      expect(exportedNamed(run, "body").instrumentationScope.name).toBe("loom-telemetry")
    }))
})

describe("session and user", () => {
  const who = RunContext.with({ sessionId: "s-1", userId: "alice" })

  it.effect("are on every span, even on those of other libraries, which do not carry our labels", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Telemetry.withSpan(Effect.void, "inner").pipe(Effect.withSpan("library"), Telemetry.withSpan("outer"), who)
      )
      const labels = run.spans.map(({ attributes, name }) => [name, attributes["session.id"], attributes["user.id"]])
      expect(labels).toEqual([["inner", "s-1", "alice"], ["library", "s-1", "alice"], ["outer", "s-1", "alice"]])
      expect(exportedNamed(run, "library").attributes).not.toHaveProperty("session_id")
    }))

  it.effect("are those of the span's own run, even if another one runs in parallel", () =>
    Effect.gen(function*() {
      const library = (userId: string) =>
        Effect.yieldNow().pipe(
          Effect.repeatN(3),
          Effect.withSpan(`library of ${userId}`),
          RunContext.with({ userId })
        )
      const run = yield* both(Effect.all([library("alice"), library("bob")], { concurrency: "unbounded" }))
      expect(run.spans.map(({ attributes, name }) => `${name}: ${attributes["user.id"]}`).toSorted()).toEqual([
        "library of alice: alice",
        "library of bob: bob"
      ])
    }))

  it.effect("are those of the span itself, if it has any", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Telemetry.withSpan(Effect.void, "body", { session_id: "own", user_id: "carol" }).pipe(who)
      )
      expect(exportedNamed(run, "body").attributes).toMatchObject({ "session.id": "own", "user.id": "carol" })
    }))

  it.effect("and the outcome are kept on a span with more attributes than the SDK allows", () =>
    Effect.gen(function*() {
      const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key ${n}`, n]))
      const run = yield* both(
        Effect.all([
          Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failed", many)),
          Effect.exit(Telemetry.withSpan(Effect.interrupt, "interrupted", many)),
          Effect.void.pipe(Effect.withSpan("library", { attributes: many }))
        ]).pipe(who)
      )
      for (const span of run.spans) {
        expect(Object.keys(span.attributes)).toHaveLength(128)
        expect(span.attributes).toMatchObject({ "session.id": "s-1", "user.id": "alice" })
      }
      expect(exportedNamed(run, "failed").attributes["error.type"]).toBe("Error")
      expect(exportedNamed(run, "interrupted").attributes["loom.outcome"]).toBe("interrupted")
    }))
})
