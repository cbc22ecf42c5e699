/**
 * Runs synchronous work when the process exits through `process.exit`, an uncaught exception or an unhandled rejection; on request, also on a signal
 * that nothing else handles.
 *
 * Such a signal then ends the process as usual. If the program has its own handler, that handler decides.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** One listener for all layers, because Node warns about more than ten. */
class Listeners {
  private readonly works = new Set<() => void>()

  constructor(private readonly listen: (run: () => void) => () => void) {}

  private stop = () => {}

  add(work: () => void): void {
    if (this.works.size === 0) {
      this.stop = this.listen(() => [...this.works].forEach((each) => each()))
    }
    this.works.add(work)
  }

  delete(work: () => void): void {
    if (this.works.delete(work) && this.works.size === 0) {
      this.stop()
    }
  }
}

const exits = new Listeners((run) => {
  process.on("exit", run)
  return () => process.off("exit", run)
})

const deadly = ["SIGTERM", "SIGINT", "SIGHUP"] as const

const signals = new Listeners((run) => {
  const stops = deadly.map((signal) => {
    const onSignal = () => {
      if (process.listenerCount(signal) === 1) {
        run()
        process.off(signal, onSignal)
        process.kill(process.pid, signal)
      }
    }
    // Before handlers that remove themselves, such as those of `once` and `runMain`: otherwise they would no longer be counted.
    process.prependListener(signal, onSignal)
    return () => process.off(signal, onSignal)
  })
  return () => stops.forEach((stop) => stop())
})

/** Runs `work`, which must not throw, when the process ends while the current scope is open. */
export const atProcessEnd = (
  work: () => void,
  options: { readonly signals: boolean }
): Effect.Effect<void, never, Scope.Scope> => {
  const kinds = options.signals ? [exits, signals] : [exits]
  return Effect.acquireRelease(
    Effect.sync(() => kinds.forEach((kind) => kind.add(work))),
    () => Effect.sync(() => kinds.forEach((kind) => kind.delete(work)))
  )
}
