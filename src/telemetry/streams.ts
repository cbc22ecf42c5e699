/**
 * A span around a stream: open until the stream ends, fails or is abandoned; everything inside is its child.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { LazyAttributes } from "./Service.js"
import { type Lookup, spanInScope } from "./spans.js"

/** A stream and what to do when it is over. */
export interface WatchedStream<A, E, R> {
  readonly stream: Stream.Stream<A, E, R>
  /** Runs when the stream is over, however that was, before its span ends; the span is current. */
  readonly onClose: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

/**
 * A stream that is made inside a span and runs inside it.
 *
 * The scope of a stream closes with success where its consumer stops early, and with the consumer's error where that fails. How the
 * stream itself ended is only known from inside, so it is noted there; a close without it is an abandoned stream, an interruption.
 */
export const watchedStreamInSpan = <A, E, R>(
  lookup: Lookup,
  name: string,
  attributes: LazyAttributes | undefined,
  make: Effect.Effect<WatchedStream<A, E, R>, never, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    let ended: Exit.Exit<unknown, unknown> = Exit.interrupt(FiberId.none)
    const note = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.sync(() => {
        ended = exit
      })
    const span = yield* spanInScope(lookup, name, attributes, () => ended)
    const { onClose, stream } = yield* Effect.provideService(make, Tracer.ParentSpan, span)
    yield* Effect.addFinalizer(() => Effect.provideService(onClose(ended), Tracer.ParentSpan, span))
    return Stream.provideService(stream, Tracer.ParentSpan, span).pipe(
      Stream.tapErrorCause((cause) => note(Exit.failCause(cause))),
      Stream.concat(Stream.execute(note(Exit.void)))
    )
  }))

/** A stream inside a span. */
export const spanAroundStream = <A, E, R>(
  lookup: Lookup,
  self: Stream.Stream<A, E, R>,
  name: string,
  attributes: LazyAttributes | undefined
): Stream.Stream<A, E, R> =>
  Stream.unwrap(
    Effect.withFiberRuntime((fiber) =>
      Effect.succeed(
        // Where nothing records not even a stand-in may come between the stream and the span around it.
        lookup(fiber) === undefined
          ? self
          : watchedStreamInSpan(lookup, name, attributes, Effect.succeed({ stream: self, onClose: () => Effect.void }))
      )
    )
  )
