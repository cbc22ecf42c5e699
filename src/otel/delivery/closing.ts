/**
 * Flushes, then shuts down. Each has a time limit and runs even if the other failed; neither fails the program.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { shownCause } from "../../telemetry/lifecycle/foreignText.js"

/** Returns `undefined` if there is nothing to do. */
type Step = () => Promise<void> | undefined

export interface ClosingOptions {
  readonly name: string
  readonly flush: ReadonlyArray<Step>
  /** The flush at closing. Default `flush`. */
  readonly lastFlush?: ReadonlyArray<Step>
  readonly shutdown: ReadonlyArray<Step>
  /** For flushing, and again for shutting down. Default 3 seconds. */
  readonly timeout: Duration.DurationInput | undefined
  /** Called if flushing timed out, so that shutting down does not wait for the same exports again. */
  readonly onGivenUp?: () => void
}

export interface Closing {
  /** Flushes without a time limit; the caller sets one. A failing step is a defect. */
  readonly flush: Effect.Effect<void>
  /** Flushes within the time limit. Returns messages about what went wrong. */
  readonly flushWithin: Effect.Effect<ReadonlyArray<string>>
  /** Flushes and shuts down. Returns messages about what went wrong. */
  readonly close: Effect.Effect<ReadonlyArray<string>>
}

const defaultTimeout = Duration.seconds(3)

const run = (step: Step) => Effect.promise(async () => step())

interface Problem {
  readonly text: string
  readonly isLate: boolean
}

/** Runs a step within a time limit and returns what went wrong. */
const runWithin = (cap: Duration.DurationInput) => (step: Step): Effect.Effect<Problem | undefined> =>
  run(step).pipe(
    Effect.interruptible,
    Effect.timeoutOption(cap),
    Effect.map((done) =>
      done._tag === "Some"
        ? undefined
        : { text: `timed out after ${Duration.format(cap)}`, isLate: true }
    ),
    Effect.catchAllCause((cause) => Effect.succeed({ text: `failed: ${shownCause(cause)}`, isLate: false }))
  )

const all = (steps: ReadonlyArray<Step>, { timeout }: ClosingOptions): Effect.Effect<ReadonlyArray<Problem>> =>
  Effect.map(
    Effect.forEach(steps, runWithin(timeout ?? defaultTimeout), { concurrency: "unbounded" }),
    (problems) => problems.filter((problem) => problem !== undefined)
  )

const messages = (what: string, name: string, problems: ReadonlyArray<Problem>): ReadonlyArray<string> => [
  ...new Set(problems.map(({ text }) => `${what} ${name} ${text}`))
]

const flushed = (steps: ReadonlyArray<Step>, options: ClosingOptions): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(all(steps, options), (problems) => {
    if (problems.some(({ isLate }) => isLate)) {
      options.onGivenUp?.()
    }
    return messages("flushing", options.name, problems)
  })

export const closing = (options: ClosingOptions): Closing => ({
  flush: Effect.forEach(options.flush, run, { concurrency: "unbounded", discard: true }),
  flushWithin: flushed(options.flush, options),
  close: Effect.zipWith(
    flushed(options.lastFlush ?? options.flush, options),
    Effect.map(all(options.shutdown, options), (problems) => messages("shutting down", options.name, problems)),
    (unflushed, open) => [...unflushed, ...open]
  )
})
