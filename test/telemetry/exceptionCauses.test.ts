/**
 * The causes of an exception are recorded with it in every sink, bounded and without secrets.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { inMemoryProviders } from "../otel/exported.js"
import { inEverySink } from "./everySink.js"

const failing = (error: unknown) => Effect.exit(Telemetry.withSpan(Effect.fail(error), "span"))

const exceptionOf = (error: unknown) =>
  Effect.gen(function*() {
    yield* failing(error)
    const [span] = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
    return span!.exception
  }).pipe(Effect.provide(InMemoryTelemetryLive))

class Refused extends Data.TaggedError("Refused")<{ readonly message: string; readonly cause?: unknown }> {}

const chain = (length: number): Error =>
  Array.from({ length }).reduce<Error>(
    (cause, _, at) => new Error(`level ${length - at}`, { cause }),
    new Error("root")
  )

const cyclic = (): Error => {
  const error = new Error("outer")
  error.cause = new TypeError("inner", { cause: error })
  return error
}

const throwing = (): Error =>
  Object.defineProperty(new Error("outer"), "cause", {
    get: () => {
      throw new Error("no")
    }
  })

const rows: ReadonlyArray<readonly [what: string, error: () => unknown, text: string]> = [
  ["an error", () => new Error("a", { cause: new TypeError("b") }), "Error: a\nCaused by: TypeError: b"],
  [
    "a chain",
    () => new Error("a", { cause: new TypeError("b", { cause: new RangeError("c") }) }),
    "Error: a\nCaused by: TypeError: b\nCaused by: RangeError: c"
  ],
  [
    "several errors",
    () => new AggregateError([new Error("a", { cause: "x" }), new TypeError("b")], "all failed"),
    "AggregateError: all failed\nCaused by (1 of 2): Error: a\nCaused by: x\nCaused by (2 of 2): TypeError: b"
  ],
  ["a tagged error", () => new Refused({ message: "no", cause: new Error("b") }), "Refused: no\nCaused by: Error: b"],
  ["a text", () => new Error("a", { cause: "because" }), "Error: a\nCaused by: because"],
  [
    "an object",
    () => new Error("a", { cause: { code: 7, password: "x" } }),
    "Error: a\nCaused by: {\"code\":7,\"password\":\"<redacted>\"}"
  ],
  [
    "a cause of Effect",
    () => new Error("a", { cause: Cause.fail(new TypeError("b")) }),
    "Error: a\nCaused by: TypeError: b"
  ],
  ["a cycle", cyclic, "Error: outer\nCaused by: TypeError: inner\nCaused by: <circular>"],
  ["a getter that throws", throwing, "Error: outer"],
  [
    "a secret",
    () => new Error("a", { cause: new Error("password=hunter2") }),
    "Error: a\nCaused by: Error: password=<redacted>"
  ],
  ["nothing", () => new Error("a", { cause: null }), "Error: a"]
]

describe("the causes of an exception", () => {
  it.effect.each(rows)("are recorded if it is %s", ([, error, text]) =>
    Effect.gen(function*() {
      expect(yield* exceptionOf(error())).toBe(text)
    }))

  it.effect("are limited to eight levels, sixteen causes, and the length of a value", () =>
    Effect.gen(function*() {
      const deep = (yield* exceptionOf(chain(1000)))!.split("\n")
      expect([deep.length, deep.at(-1)]).toEqual([10, "Caused by: …"])
      const wide = (yield* exceptionOf(
        new AggregateError(Array.from({ length: 1000 }, (_, at) => new Error(`n ${at}`)))
      ))!.split("\n")
      expect([wide.length, wide.at(-1)]).toEqual([18, "Caused by: …"])
      expect((yield* exceptionOf(new Error("a", { cause: new Error("x".repeat(1_000_000)) })))!.length).toBeLessThan(
        8300
      )
    }))

  it.scopedLive("are recorded by every sink", () =>
    Effect.gen(function*() {
      const { held } = yield* inEverySink(failing(new Error("outer", { cause: new TypeError("inner") })))
      for (const [sink, text] of Object.entries(held)) {
        expect([sink, sink === "instruments" || text.includes("Caused by: TypeError: inner")]).toEqual([sink, true])
      }
    }))

  it.effect("become OpenTelemetry's stack trace; the message stays the error's own", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      yield* failing(new Error("outer", { cause: new TypeError("inner") })).pipe(
        Effect.provide(OTelTelemetry.fromProviders(providers))
      )
      expect(providers.spans()[0]!.events[0]!.attributes).toEqual({
        "exception.type": "Error",
        "exception.message": "outer",
        "exception.stacktrace": "Error: outer\nCaused by: TypeError: inner"
      })
    }))
})
