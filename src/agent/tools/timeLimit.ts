/**
 * Tools with a time limit. At the limit the tool is interrupted and the run continues at once. A tool that cannot be interrupted, or is slow to clean
 * up, is left running.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { quoted } from "../../telemetry/lifecycle/foreignText.js"
import { warn } from "../../telemetry/report.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { ToolCallError } from "./ToolCallError.js"

/** A limit for the calls of one tool. */
export interface TimeLimit {
  readonly tool: string
  readonly duration: Duration.DurationInput
  /** Runs if a call does not end when it is interrupted. */
  readonly onLeftRunning: Effect.Effect<void>
}

/** Runs a tool call, which fails if it exceeds the limit. It has a fiber of its own, which may outlive the run. */
export const withTimeLimit = (
  limit: TimeLimit,
  handled: Effect.Effect<unknown, unknown>
): Effect.Effect<unknown, unknown> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.forkDaemon(restore(handled)),
      (fiber) =>
        restore(Effect.timeoutOption(Fiber.await(fiber), limit.duration)).pipe(
          Effect.onInterrupt(() => Fiber.interrupt(fiber)),
          Effect.flatMap(Option.match({
            onNone: () => Effect.zipRight(abandon(limit, fiber), timedOut(limit)),
            onSome: (exit) => Effect.zipRight(Fiber.inheritAll(fiber), exit)
          }))
        )
    )
  )

const timedOut = ({ duration }: TimeLimit): ToolCallError =>
  new ToolCallError({
    reason: "TimedOut",
    forModel: `The tool did not answer within ${Duration.format(duration)}`
  })

/** An interrupted fiber with only synchronous cleanup has ended after this many turns of the scheduler. */
const turnsToEnd = 20

const abandon = (
  { duration, onLeftRunning, tool }: TimeLimit,
  fiber: Fiber.RuntimeFiber<unknown, unknown>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* Fiber.interruptFork(fiber)
    for (let turn = 0; turn < turnsToEnd; turn++) {
      yield* Effect.yieldNow()
      if (Option.isSome(yield* Fiber.poll(fiber))) {
        return
      }
    }
    warn(
      `The tool ${quoted(tool, 100)} did not end when it was interrupted after ${Duration.format(duration)}. ` +
        "The run continues without it, and the tool is left running"
    )
    yield* Telemetry.annotate({ left_running: true })
    yield* onLeftRunning
  })
