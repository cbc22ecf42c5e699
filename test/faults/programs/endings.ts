/**
 * The ways in which a program can end.
 */
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"

export type LifeEnding =
  | "success"
  | "failure"
  | "defect"
  | "interruption"
  | "timeout"
  | "exit"
  | "throw"
  | "rejection"
  | "abort"
  /** Waits for signals. */
  | "waiting"
  /** Waits for signals, and never finishes when it is interrupted. */
  | "stubborn"

/** Prints synchronously on standard output, so that the text arrives even if the process ends at once. */
export const say = (text: string): Effect.Effect<void> => Effect.sync(() => void writeSync(1, `${text}\n`))

const callback = (run: () => void) => Effect.async<never>(() => void setTimeout(run, 1))

export const endings: { readonly [E in LifeEnding]: Effect.Effect<unknown, unknown> } = {
  success: Effect.succeed("done"),
  failure: Effect.fail("no"),
  defect: Effect.die(new Error("broken")),
  interruption: Effect.interrupt,
  timeout: Effect.timeout(Effect.never, "20 millis"),
  exit: Effect.sync(() => process.exit(7)),
  throw: callback(() => {
    throw new Error("thrown outside of every fiber")
  }),
  rejection: callback(() => void Promise.reject(new Error("not handled"))),
  abort: Effect.sync(() => process.abort()),
  waiting: Effect.never,
  stubborn: Effect.onInterrupt(Effect.never, () => Effect.zipRight(say("closing"), Effect.never))
}
