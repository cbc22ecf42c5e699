/**
 * Runs extractions in the background: a bounded number at a time, with a bounded number waiting. Further ones are dropped and counted.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { Loom } from "../telemetry/Loom.js"
import { Reporter } from "../telemetry/report.js"

/** Bounds of the background. */
export interface ExtractionBounds {
  /** Concurrent extractions, ≥ 1. Default 8. */
  readonly concurrency?: number | undefined
  /** Extractions that may wait for a free slot, ≥ 0; further ones are dropped and counted. Default 1000. */
  readonly capacity?: number | undefined
  /**
   * How long the layer waits for extractions when it closes. Default 30 seconds. If the program does not use the system clock, as under `TestClock`,
   * it waits for at most one second of real time, because nothing may advance the other clock any more.
   */
  readonly drain?: Duration.DurationInput | undefined
}

/** Runs an extraction in the background, if there is room. */
export type Submit = (extraction: Effect.Effect<void>) => Effect.Effect<void>

/** Creates a background that lasts as long as the scope. Closing the scope waits for the extractions, and dies with the first defect of one. */
export const makeBackground = (
  { capacity = 1000, concurrency = 8, drain = Duration.seconds(30) }: ExtractionBounds
): Effect.Effect<Submit, never, Scope.Scope> =>
  Effect.gen(function*() {
    const fibers = yield* FiberSet.make()
    let died: Effect.Effect<void> = Effect.void
    // Added after the set, so it runs before the set interrupts its fibers.
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(drained(FiberSet.awaitEmpty(fibers), drain), Effect.suspend(() => died))
    )
    const atOnce = yield* Effect.makeSemaphore(concurrency)
    const reporter = new Reporter()
    const drop = Effect.suspend(() => {
      reporter.every(
        "full",
        `AutoExtract is at its capacity of ${capacity}: further extractions are dropped and counted`
      )
      return dropped
    })
    const keep = (defect: unknown) =>
      Effect.sync(() => {
        died = died === Effect.void ? Effect.die(defect) : died
      })
    return (extraction) =>
      Effect.flatMap(FiberSet.size(fibers), (size) =>
        size >= concurrency + capacity
          ? drop
          : Effect.asVoid(FiberSet.run(fibers, Effect.catchAllDefect(whenThereIsRoom(atOnce, extraction), keep))))
  })

// A sink that throws must not fail the run.
const dropped = Effect.catchAllCause(Loom.autoExtractInvocations(1, { status: "dropped" }), () => Effect.void)

/** The extraction, once there is room for it. It is counted as dropped if the layer closes before that. */
const whenThereIsRoom = (atOnce: Effect.Semaphore, extraction: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    let hasBegun = false
    return Effect.suspend(() => {
      hasBegun = true
      return extraction
    }).pipe(
      atOnce.withPermits(1),
      Effect.onInterrupt(() => hasBegun ? Effect.void : dropped)
    )
  })

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

const longestUnderForeignClock = Duration.seconds(1)

const drained = (empty: Effect.Effect<void>, drain: Duration.DurationInput): Effect.Effect<unknown> =>
  Effect.clockWith((clock) => {
    const byProgram = Effect.timeoutOption(Effect.interruptible(empty), drain)
    return clock === liveClock
      ? byProgram
      : Effect.raceFirst(
        Effect.interruptible(byProgram),
        Effect.interruptible(Effect.withClock(
          Effect.sleep(Duration.min(longestUnderForeignClock, Duration.decode(drain))),
          liveClock
        ))
      )
  })
