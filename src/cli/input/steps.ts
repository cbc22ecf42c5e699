/**
 * Runs work on many items in steps, so that it can be interrupted.
 */
import * as Effect from "effect/Effect"

/** Items between two chances to interrupt the work. */
const perStep = 200

/** Passes on each item. */
export const inSteps = <A>(items: Iterable<A>, take: (item: A) => void): Effect.Effect<void> =>
  Effect.gen(function*() {
    let left = perStep
    for (const item of items) {
      take(item)
      if (--left === 0) {
        left = perStep
        // Signals are only handled when the event loop turns.
        yield* Effect.sleep(0)
      }
    }
  })
