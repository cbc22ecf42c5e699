/**
 * Flush, then shut down: each bounded, each tried whatever became of the other, neither ever failing the program.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { shownCause } from "../../telemetry/lifecycle/foreignText.js"

/** Something of the SDK's that is done with a promise; nothing where there is nothing to do. */
type Step = () => Promise<void> | undefined

/** What has to be closed. */
export interface ClosingOptions {
  readonly name: string
  readonly flush: ReadonlyArray<Step>
  /** What closing begins with. Default: the flush. */
  readonly lastFlush?: ReadonlyArray<Step>
  readonly shutdown: ReadonlyArray<Step>
  /** For each of the two. Default 3 seconds. */
  readonly timeout: Duration.DurationInput | undefined
  /** Called where flushing took too long, so that shutting down does not wait for the same again. */
  readonly onGivenUp?: () => void
}

/** How to flush and how to close. */
export interface Closing {
  /** Not bounded: who asks for it does that. A step that fails is a defect. */
  readonly flush: Effect.Effect<void>
  /** Gives what went wrong, in words. */
  readonly close: Effect.Effect<ReadonlyArray<string>>
}

const defaultTimeout = Duration.seconds(3)

const run = (step: Step) => Effect.promise(async () => step())

interface Problem {
  readonly text: string
  readonly isLate: boolean
}

/** Runs a step for so long, and gives what went wrong. */
const bounded = (step: Step, cap: Duration.DurationInput): Effect.Effect<Problem | undefined> =>
  run(step).pipe(
    Effect.interruptible,
    Effect.timeoutOption(cap),
    Effect.map((done) =>
      done._tag === "Some"
        ? undefined
        : { text: `took longer than ${Duration.format(cap)} and was given up`, isLate: true }
    ),
    Effect.catchAllCause((cause) => Effect.succeed({ text: `failed: ${shownCause(cause)}`, isLate: false }))
  )

/** Runs the steps side by side. */
const all = (steps: ReadonlyArray<Step>, { timeout }: ClosingOptions): Effect.Effect<ReadonlyArray<Problem>> =>
  Effect.map(
    Effect.forEach(steps, (step) => bounded(step, timeout ?? defaultTimeout), { concurrency: "unbounded" }),
    (problems) => problems.filter((problem) => problem !== undefined)
  )

const said = (what: string, name: string, problems: ReadonlyArray<Problem>): ReadonlyArray<string> => [
  ...new Set(problems.map(({ text }) => `${what} ${name} ${text}`))
]

/** How to flush and close it. */
export const closing = (options: ClosingOptions): Closing => ({
  flush: Effect.forEach(options.flush, run, { concurrency: "unbounded", discard: true }),
  close: Effect.gen(function*() {
    const unflushed = yield* all(options.lastFlush ?? options.flush, options)
    if (unflushed.some(({ isLate }) => isLate)) {
      options.onGivenUp?.()
    }
    const open = yield* all(options.shutdown, options)
    return [...said("flushing", options.name, unflushed), ...said("shutting down", options.name, open)]
  })
})
