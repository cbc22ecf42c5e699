/**
 * Effectful sinks that are too slow, or fail: nothing waits for them, memory is bounded, and every record is accounted for.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { type EffectSinkOptions, type QueuedSinkStats, Telemetry } from "loom-telemetry"
import { describe, expect } from "vitest"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { type FaultRow, faultRow } from "./row.js"

/** A queued sink that stays open until `close`. */
const opened = (options: EffectSinkOptions<never>) =>
  Effect.gen(function*() {
    const [warnings, logger] = capturedWarnings()
    const scope = yield* Scope.make()
    let stats: Effect.Effect<QueuedSinkStats> = Effect.die("not built")
    const layer = Telemetry.layerSinkScoped(
      Effect.tap(Telemetry.sinkFromEffect(options), (sink) => Effect.sync(() => (stats = sink.stats)))
    )
    const context = yield* Layer.buildWithScope(Layer.provideMerge(layer, logger), scope)
    const emit = (count: number) =>
      Effect.provide(
        Effect.forEach(Array.from({ length: count }), () => Telemetry.withSpan(Effect.void, "s"), { discard: true }),
        context
      )
    return { emit, stats: Effect.suspend(() => stats), warnings, close: Scope.close(scope, Exit.void) }
  })

const expectBalance = (row: FaultRow, stats: QueuedSinkStats): void => {
  const { accepted, dropped, failed, queued, written } = stats
  row.note(`accepted ${accepted} = written ${written} + queued ${queued} + dropped ${dropped} + failed ${failed}`)
  expect(written + queued + dropped + failed).toBe(accepted)
}

const settle = Effect.repeatN(Effect.yieldNow(), 20)

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, TestContext.TestContext))

describe("an effectful sink", () => {
  faultRow(
    "sinks",
    "an effectful sink blocks during 10,000 records: the queue is bounded, the rest is counted",
    (row) =>
      run(Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const sink = yield* opened({ capacity: 100, onSpanEnd: () => Deferred.await(gate) })
        yield* sink.emit(10_000)
        expect(yield* sink.stats).toMatchObject({ accepted: 10_000, queued: 100, dropped: 9900 })
        yield* Deferred.succeed(gate, undefined)
        yield* sink.close
        const stats = yield* sink.stats
        expect(stats).toMatchObject({ written: 100, queued: 0 })
        expectBalance(row, stats)
        // Once when the queue was full, and once at the close with the number.
        expect(sink.warnings).toHaveLength(2)
        expect(sink.warnings[1]).toContain("dropped 9900 of 10000 records")
      }))
  )

  faultRow(
    "sinks",
    "an effectful sink fails on every second record: the others are written, each failure is counted",
    (row) =>
      run(Effect.gen(function*() {
        let count = 0
        const sink = yield* opened({ onSpanEnd: () => count++ % 2 === 0 ? Effect.die("refused") : Effect.void })
        yield* sink.emit(1000)
        yield* sink.close
        const stats = yield* sink.stats
        expect(stats).toMatchObject({ accepted: 1000, written: 500, failed: 500 })
        expectBalance(row, stats)
        expect(sink.warnings).toHaveLength(1)
      }))
  )

  faultRow(
    "sinks",
    "an effectful sink receives records after its close: they are counted",
    (row) =>
      run(Effect.gen(function*() {
        const sink = yield* opened({ onSpanEnd: () => Effect.void })
        yield* sink.emit(5)
        yield* sink.close
        yield* sink.emit(7)
        const stats = yield* sink.stats
        expect(stats).toMatchObject({ accepted: 12, written: 5, dropped: 7 })
        expectBalance(row, stats)
      }))
  )

  faultRow(
    "sinks",
    "an effectful sink fails for ten minutes: reported at most once per minute",
    (row) =>
      run(Effect.gen(function*() {
        const sink = yield* opened({ capacity: 1, onSpanEnd: () => Effect.never })
        for (let second = 0; second < 600; second++) {
          yield* sink.emit(2)
          yield* TestClock.adjust("1 second")
        }
        yield* settle
        expect(sink.warnings).toHaveLength(10)
        expectBalance(row, yield* sink.stats)
      }))
  )
})
