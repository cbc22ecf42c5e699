/**
 * Misplaced settings and hooks trigger a warning.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  NoTelemetryLive,
  Redaction,
  Telemetry,
  TelemetryLimits,
  type TelemetrySink
} from "loom-telemetry"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const hidesIban = Layer.succeed(Redaction, Redaction.make({ keys: ["iban"] }))
const short = Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, valueLength: 3 })

const work = Effect.void.pipe(
  Telemetry.withSpan("inner", { iban: "DE1", text: "long text" }),
  Telemetry.withSpan("outer"),
  Effect.repeatN(3)
)

/** The warnings of a program. */
const saidBy = (program: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const [warnings, layer] = capturedWarnings()
    yield* Effect.exit(Effect.provide(program, layer))
    yield* Effect.yieldNow()
    return warnings
  })

describe("a setting in the wrong place", () => {
  it.effect.each(
    [
      ["next to the sink in a list", Effect.provide(work, [hidesIban, InMemoryTelemetryLive])],
      [
        "around the sink that is already there",
        work.pipe(Effect.provide(hidesIban), Effect.provide(InMemoryTelemetryLive))
      ],
      ["merged with the sink", Effect.provide(work, Layer.merge(InMemoryTelemetryLive, hidesIban))]
    ] as const
  )("triggers one warning, which says where it belongs: %s", ([, program]) =>
    Effect.gen(function*() {
      expect(yield* saidBy(program)).toEqual([
        "Redaction was provided to the program instead of its sinks, so it has no effect. Provide it to the sinks' layer: " +
        "Sinks.pipe(Layer.provide(Layer.succeed(Redaction, …)))"
      ])
    }))

  it.effect("triggers one warning per setting", () =>
    Effect.gen(function*() {
      const said = yield* saidBy(Effect.provide(work, [hidesIban, short, InMemoryTelemetryLive]))
      expect(said.map((each) => each.split(" ")[0])).toEqual(["Redaction", "TelemetryLimits"])
    }))

  it.effect("triggers no warning if the sinks have the same one, or if nothing records", () =>
    Effect.gen(function*() {
      const sinks = MultiTelemetry.layer([InMemoryTelemetry.layer(), NoTelemetryLive])
      expect(yield* saidBy(Effect.provide(work, sinks.pipe(Layer.provide(hidesIban), Layer.provide(short))))).toEqual(
        []
      )
      expect(yield* saidBy(Effect.provide(work, sinks.pipe(Layer.provideMerge(hidesIban))))).toEqual([])
      expect(yield* saidBy(Effect.provide(work, [NoTelemetryLive, hidesIban]))).toEqual([])
    }))
})

/** A hook without its type. */
const untyped = (hook: (value: unknown) => unknown): TelemetrySink => ({ name: "own", onSpanEnd: hook as () => void })

const traced = (sink: TelemetrySink) => Effect.provide(work, Telemetry.layerSink(sink))

describe("a hook that returns unfinished work", () => {
  it.effect("is reported once if it returns an Effect, which is never run", () =>
    Effect.gen(function*() {
      expect(yield* saidBy(traced(untyped(() => Effect.die("never run"))))).toEqual([
        "A hook of the telemetry sink \"own\" returned an Effect, which is never run. Hooks are synchronous: use Telemetry.sinkFromEffect for work " +
        "that takes time"
      ])
    }))

  it.live("is reported once if it returns a promise that is rejected, and the process continues", () =>
    Effect.gen(function*() {
      const said = yield* saidBy(
        Effect.zipRight(
          traced(untyped(() => Promise.reject(new Error("boom")))),
          Effect.promise(() => new Promise((done) => setImmediate(done)))
        )
      )
      expect(said).toEqual([
        "A hook of the telemetry sink \"own\" returned a promise that was rejected: Error: boom. Hooks are synchronous: use Telemetry.sinkFromEffect " +
        "for work that takes time"
      ])
    }))

  it.effect("is reported once if it returns a query, which is not started", () =>
    Effect.gen(function*() {
      const begun: Array<string> = []
      const query = { then: () => begun.push("insert") }
      expect(yield* saidBy(traced(untyped(() => query)))).toEqual([
        "A hook of the telemetry sink \"own\" returned a thenable, whose `then` is never called. Hooks are synchronous: use Telemetry.sinkFromEffect " +
        "for work that takes time"
      ])
      expect(begun).toEqual([])
    }))

  it.effect("may return anything else", () =>
    Effect.gen(function*() {
      const values: ReadonlyArray<unknown> = [
        1,
        "text",
        null,
        {},
        [],
        new Map(),
        Promise.resolve(),
        Object.create(null)
      ]
      for (const value of values) {
        expect(yield* saidBy(traced(untyped(() => value)))).toEqual([])
      }
    }))
})
