/**
 * Extractions in the background: a bounded number at once, and a bounded number that wait. What does not fit is counted and left out.
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
  /** Extractions at once, ≥ 1. Default 8. */
  readonly concurrency?: number | undefined
  /** Extractions that wait for one of these, ≥ 0; further ones are left out and counted. Default 1000. */
  readonly capacity?: number | undefined
  /**
   * How long the layer waits for extractions when it closes. Default 30 seconds. If the program's clock is not the machine's, as under `TestClock`,
   * it waits at most a second of real time, because no one may move that clock any more.
   */
  readonly drain?: Duration.DurationInput | undefined
}

/** Runs an extraction in the background, if there is room. */
export type Submit = (extraction: Effect.Effect<void>) => Effect.Effect<void>

/** A background that lasts as long as the scope, which waits for it, and dies of the first extraction's defect. */
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
    const leaveOut = Effect.suspend(() => {
      reporter.every("full", `AutoExtract is at its capacity of ${capacity}: extractions are left out and counted`)
      return dropped
    })
    const keep = (defect: unknown) =>
      Effect.sync(() => {
        died = died === Effect.void ? Effect.die(defect) : died
      })
    return (extraction) =>
      Effect.flatMap(FiberSet.size(fibers), (size) =>
        size >= concurrency + capacity
          ? leaveOut
          : Effect.asVoid(FiberSet.run(fibers, Effect.catchAllDefect(whenThereIsRoom(atOnce, extraction), keep))))
  })

// A sink that throws must not fail the run.
const dropped = Effect.catchAllCause(Loom.autoExtractInvocations(1, { status: "dropped" }), () => Effect.void)

/** The extraction when it is its turn; counted as dropped if the layer closes before. */
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
