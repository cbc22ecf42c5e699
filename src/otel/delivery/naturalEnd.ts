/**
 * Flushes when the process is about to end by itself, for programs that never close their layer, such as those that leave a `ManagedRuntime` open.
 *
 * At that point Node has nothing left to do, and batches wait on timers that do not keep it alive. `process.exit`, signals and uncaught exceptions
 * are not covered.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** One listener for all layers, because Node warns about more than ten. */
const flushes = new Set<() => void>()

const flushAll = (): void => {
  for (const flush of [...flushes]) {
    flush()
  }
}

const register = (flush: () => void): void => {
  if (flushes.size === 0) {
    process.on("beforeExit", flushAll)
  }
  flushes.add(flush)
}

const unregister = (flush: () => void): void => {
  if (flushes.delete(flush) && flushes.size === 0) {
    process.off("beforeExit", flushAll)
  }
}

/**
 * Runs `flush`, which must end in bounded time and not fail, when the process is about to end while the current scope is open. This delays the end,
 * and Node then emits `beforeExit` again: `flush` runs once more only if `recorded` has changed since.
 */
export const beforeNaturalEnd = (
  flush: Effect.Effect<void>,
  recorded: () => number
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => {
      let flushed: number | undefined
      const listener = (): void => {
        if (recorded() !== flushed) {
          flushed = recorded()
          Effect.runFork(flush)
        }
      }
      register(listener)
      return listener
    }),
    (listener) => Effect.sync(() => unregister(listener))
  ))
