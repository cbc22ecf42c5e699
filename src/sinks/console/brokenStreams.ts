/**
 * Streams that break while telemetry writes to them: a Node stream whose reader is gone emits "error", and without a listener that
 * ends the process.
 *
 * The listener stays on the stream for good. The error of the last lines comes after they were written, often after the layer has
 * closed; a listener that was gone by then would let telemetry end the program.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

type Failed = (error: unknown) => void

interface Breakable {
  readonly on?: (event: "error", listener: Failed) => unknown
}

/** The sinks that write to a stream now. */
const writers = new WeakMap<Breakable, Set<Failed>>()

const writersTo = (stream: Breakable): Set<Failed> => {
  const known = writers.get(stream)
  if (known !== undefined) {
    return known
  }
  const made = new Set<Failed>()
  writers.set(stream, made)
  stream.on?.("error", (error) => made.forEach((failed) => failed(error)))
  return made
}

/** Hears of the stream's errors while the scope is open. */
export const listen = (stream: Breakable, failed: Failed): Effect.Effect<void, never, Scope.Scope> =>
  stream.on === undefined ? Effect.void : Effect.acquireRelease(
    Effect.sync(() => void writersTo(stream).add(failed)),
    () => Effect.sync(() => void writersTo(stream).delete(failed))
  )
