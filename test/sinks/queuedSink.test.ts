/**
 * Sinks whose hooks are effects: a bounded queue, a worker, and a release that drains the queue within its time limit.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { type EffectSinkOptions, type QueuedSinkStats, Telemetry } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { setImmediate } from "node:timers/promises"

class Destination extends Context.Tag("test/Destination")<Destination, Array<string>>() {}

const span = (name: string) => Telemetry.withSpan(Effect.void, name)
const spans = (...names: ReadonlyArray<string>) => Effect.forEach(names, span, { discard: true })

/** A queued sink whose layer is open until `close`, with its warnings. */
const opened = <R>(options: EffectSinkOptions<R>) =>
  Effect.gen(function*() {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
    const scope = yield* Scope.make()
    let stats: Effect.Effect<QueuedSinkStats> = Effect.die("not built")
    const layer = Telemetry.layerSinkScoped(
      Effect.tap(Telemetry.sinkFromEffect(options), (sink) => Effect.sync(() => (stats = sink.stats)))
    )
    const context = yield* Layer.buildWithScope(
      Layer.provideMerge(layer, Logger.replace(Logger.defaultLogger, logger)),
      scope
    )
    return { context, close: Scope.close(scope, Exit.void), stats: Effect.suspend(() => stats), warnings }
  })

/** Lets fibers run until all are waiting; the clock stands still. */
const settle = Effect.repeatN(Effect.yieldNow(), 20)

describe("a sink whose hooks are effects", () => {
  it.effect("handles spans and metrics in order of arrival, with the services of its layer", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const record = (text: string) => Effect.flatMap(Destination, (list) => Effect.sync(() => list.push(text)))
      const { close, context, stats } = yield* opened({
        onSpanEnd: (ended) => record(ended.name),
        onMetric: (metric) => record(`${metric.name}=${metric.value}`)
      }).pipe(Effect.provideService(Destination, seen))
      const body = Effect.zipRight(span("inner"), Telemetry.emitMetric("m", 1)).pipe(Telemetry.withSpan("outer"))
      yield* Effect.provide(body, context)
      yield* Effect.provide(Telemetry.flush, context)
      expect(seen).toEqual(["inner", "m=1", "outer"])
      expect(yield* stats).toStrictEqual({ accepted: 3, written: 3, queued: 0, dropped: 0, failed: 0 })
      yield* close
    }))

  it.effect("does not make the program wait while the effect hangs", () =>
    Effect.gen(function*() {
      const { context, stats } = yield* opened({ onSpanEnd: () => Effect.never })
      expect(yield* Effect.provide(Effect.as(spans("a", "b"), "result"), context)).toBe("result")
      expect(yield* stats).toStrictEqual({ accepted: 2, written: 0, queued: 2, dropped: 0, failed: 0 })
    }))

  it.effect("counts a promise returned instead of an effect as failed, and the process continues", () =>
    Effect.gen(function*() {
      const { context, stats } = yield* opened({
        onSpanEnd: async () => {
          throw new Error("no")
        }
      } as unknown as EffectSinkOptions<never>)
      yield* Effect.provide(spans("a", "b"), context)
      yield* Effect.provide(Telemetry.flush, context)
      expect(yield* stats).toStrictEqual({ accepted: 2, written: 0, queued: 0, dropped: 0, failed: 2 })
    }))

  it.effect("reports a rejected promise returned by its effect, and the process continues", () =>
    Effect.gen(function*() {
      const { context, warnings } = yield* opened({
        name: "slow",
        onSpanEnd: () =>
          Effect.sync(async () => {
            throw new Error("no such table")
          })
      })
      yield* Effect.provide(spans("a", "b"), context)
      yield* Effect.provide(Telemetry.flush, context)
      yield* Effect.promise(() => setImmediate())
      expect(warnings).toEqual([
        "An effect of the telemetry sink \"slow\" returned a promise that was rejected: Error: no such table. No one awaits it: use Effect.promise"
      ])
    }))

  it.effect("queues up to its capacity; later records are dropped, counted and reported once", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const seen: Array<string> = []
      const { close, context, stats, warnings } = yield* opened({
        name: "slow",
        capacity: 2,
        onSpanEnd: (ended) => Effect.zipRight(Deferred.await(gate), Effect.sync(() => seen.push(ended.name)))
      })
      yield* Effect.provide(spans("a", "b", "c", "d"), context)
      expect(yield* stats).toStrictEqual({ accepted: 4, written: 0, queued: 2, dropped: 2, failed: 0 })
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.provide(Telemetry.flush, context)
      yield* Effect.provide(Effect.zipRight(span("e"), Telemetry.flush), context)
      yield* close
      yield* settle
      expect(seen).toEqual(["a", "b", "e"])
      expect(yield* stats).toStrictEqual({ accepted: 5, written: 3, queued: 0, dropped: 2, failed: 0 })
      expect(warnings).toEqual([
        "The telemetry sink \"slow\" drops records: its queue of 2 is full",
        "The telemetry sink \"slow\" closed and dropped 2 of 5 records: 2 because its queue was full"
      ])
    }))

  it.effect("continues with the next record after it fails, dies or throws; failures are counted and reported once", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const { close, context, stats, warnings } = yield* opened({
        name: "flaky",
        onSpanEnd: (ended) => {
          switch (ended.name) {
            case "fails":
              return Effect.fail("refused")
            case "dies":
              return Effect.die("broken")
            case "throws":
              throw new Error("thrown")
            case "interrupts":
              return Effect.interrupt
            default:
              return Effect.sync(() => seen.push(ended.name))
          }
        }
      })
      const body = Effect.as(spans("a", "fails", "dies", "throws", "interrupts", "b"), "result")
      expect(yield* Effect.provide(body, context)).toBe("result")
      yield* close
      yield* settle
      expect(seen).toEqual(["a", "b"])
      expect(yield* stats).toStrictEqual({ accepted: 6, written: 2, queued: 0, dropped: 0, failed: 4 })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toMatch(/^The telemetry sink "flaky" failed: Error: refused/)
    }))

  it.effect("does not trace or log into the program it records", () =>
    Effect.gen(function*() {
      const noisy = Telemetry.sinkFromEffect({
        onSpanEnd: () => Effect.withSpan(Effect.log("sent"), "http.client POST")
      })
      yield* Telemetry.withSpan(
        span("recorded elsewhere").pipe(
          Effect.zipRight(Telemetry.flush),
          Effect.provide(Telemetry.layerSinkScoped(noisy))
        ),
        "around"
      )
      const recorded = yield* Effect.flatMap(TestTelemetry, (test) => test.spans)
      expect(recorded.map((each) => [each.name, each.events])).toEqual([["around", []]])
    }).pipe(
      Effect.provide(TestTelemetry.layer),
      Effect.provide(Logger.remove(Logger.defaultLogger))
    ))
})

describe("a flush", () => {
  it.effect("completes when everything recorded before it has been handled", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const { context } = yield* opened({
        onSpanEnd: (ended) => Effect.zipRight(Effect.sleep("1 second"), Effect.sync(() => seen.push(ended.name)))
      })
      yield* Effect.provide(spans("a", "b"), context)
      const flushing = yield* Effect.fork(Effect.provide(Telemetry.flush, context))
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.poll(flushing)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(flushing)
      expect(seen).toEqual(["a", "b"])
    }))

  it.effect("of a sink that hangs gives up after three seconds, with a warning", () =>
    Effect.gen(function*() {
      const { context, warnings } = yield* opened({ name: "hanging", onSpanEnd: () => Effect.never })
      yield* Effect.provide(span("a"), context)
      const flushing = yield* Effect.fork(Effect.provide(Telemetry.flush, context))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(flushing)
      yield* settle
      expect(warnings).toEqual(["The telemetry sink \"hanging\" did not flush within 3s and was given up"])
    }))
})

describe("the release of the layer", () => {
  it.effect("handles queued records first", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const { close, context, stats } = yield* opened({
        onSpanEnd: (ended) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => seen.push(ended.name)))
      })
      yield* Effect.provide(spans("a", "b", "c"), context)
      yield* close
      expect(seen).toEqual(["a", "b", "c"])
      expect(yield* stats).toStrictEqual({ accepted: 3, written: 3, queued: 0, dropped: 0, failed: 0 })
    }))

  for (
    const [how, hang] of [["hangs", Effect.never], ["cannot be stopped", Effect.uninterruptible(Effect.never)]] as const
  ) {
    it.effect(`gives an effect that ${how} the time of \`drain\`, and counts the records left`, () =>
      Effect.gen(function*() {
        const { close, context, stats, warnings } = yield* opened({
          name: "hanging",
          drain: "500 millis",
          onSpanEnd: () => hang
        })
        yield* Effect.provide(spans("a", "b"), context)
        const closing = yield* Effect.fork(close)
        yield* TestClock.adjust("499 millis")
        expect(yield* Fiber.poll(closing)).toMatchObject({ _tag: "None" })
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(closing)
        yield* settle
        expect(yield* stats).toStrictEqual({ accepted: 2, written: 0, queued: 0, dropped: 2, failed: 0 })
        expect(warnings).toEqual([
          "The telemetry sink \"hanging\" closed and dropped 2 of 2 records: 2 because its drain of 500ms was over"
        ])
      }))
  }

  it.effect("may take all of `drain`, without a warning if everything is handled", () =>
    Effect.gen(function*() {
      const { close, context, stats, warnings } = yield* opened({
        drain: "20 seconds",
        onSpanEnd: () => Effect.sleep("1 second")
      })
      yield* Effect.provide(spans("a", "b", "c", "d", "e", "f", "g", "h"), context)
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("7999 millis")
      expect(yield* Fiber.poll(closing)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      yield* settle
      expect(yield* stats).toStrictEqual({ accepted: 8, written: 8, queued: 0, dropped: 0, failed: 0 })
      expect(warnings).toEqual([])
    }))

  it.effect("reports once how many records were lost, and why", () =>
    Effect.gen(function*() {
      const { close, context, stats, warnings } = yield* opened({
        name: "slow",
        capacity: 8,
        drain: "3100 millis",
        onSpanEnd: () => Effect.sleep("1 second")
      })
      yield* Effect.provide(spans("a", "b", "c", "d", "e", "f", "g", "h", "i"), context)
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("3100 millis")
      yield* Fiber.join(closing)
      yield* settle
      expect(yield* stats).toStrictEqual({ accepted: 9, written: 3, queued: 0, dropped: 6, failed: 0 })
      expect(warnings).toEqual([
        "The telemetry sink \"slow\" drops records: its queue of 8 is full",
        "The telemetry sink \"slow\" closed and dropped 6 of 9 records: 1 because its queue was full, " +
        "5 because its drain of 3s 100ms was over"
      ])
    }))

  it.effect("flushes a sink that stays open after its layer closes", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const sink = yield* Telemetry.sinkFromEffect({
        onSpanEnd: (ended) => Effect.zipRight(Effect.sleep("1 second"), Effect.sync(() => seen.push(ended.name)))
      })
      for (const layer of [Telemetry.layerSink(sink), Telemetry.layerSinkScoped(Effect.succeed(sink))]) {
        const running = yield* Effect.fork(Effect.provide(span("a"), layer))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(running)
      }
      expect(seen).toEqual(["a", "a"])
    }).pipe(Effect.scoped))

  it.effect("is final: later records are dropped and counted", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const { close, context, stats, warnings } = yield* opened({
        onSpanEnd: (ended) => Effect.sync(() => seen.push(ended.name))
      })
      yield* close
      yield* Effect.provide(Effect.zipRight(span("late"), Telemetry.flush), context)
      yield* settle
      expect(seen).toEqual([])
      expect(warnings).toEqual([])
      expect(yield* stats).toStrictEqual({ accepted: 1, written: 0, queued: 0, dropped: 1, failed: 0 })
    }))
})
