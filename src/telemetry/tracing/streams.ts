/**
 * A span around a stream: open until the stream ends, fails or is abandoned; everything inside is its child.
 */
import type * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import type * as Chunk from "effect/Chunk"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { LazyAttributes, TelemetrySpanOptions } from "../TelemetryService.js"
import { type Lookup, spanInScope } from "./spans.js"

/** A stream and what to do when it is over. */
export interface WatchedStream<A, E, R> {
  readonly stream: Stream.Stream<A, E, R>
  /** Runs when the stream is over, however that was, before its span ends; the span is current. */
  readonly onClose: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

/** What is known of a stream while it runs, and when it is over. */
interface Running<A, E, R> extends WatchedStream<A, E, R> {
  readonly span: Tracer.Span | undefined
  readonly scope: Scope.CloseableScope
  /** What the stream runs with: all at once, because to provide the span alone is one of the operators that lose something. */
  readonly context: Context.Context<R>
  /** How it ended by itself; an interruption for as long as it has not. */
  ended: Exit.Exit<unknown, unknown>
}

/** Passes everything on and notes how the stream ended. A stage, because other operators lose what dies in a release below them. */
const noting = <A, E>(
  running: { ended: Exit.Exit<unknown, unknown> }
): Channel.Channel<Chunk.Chunk<A>, Chunk.Chunk<A>, E, E, unknown, unknown> => {
  const pass: Channel.Channel<Chunk.Chunk<A>, Chunk.Chunk<A>, E, E, unknown, unknown> = Channel.readWithCause({
    onInput: (chunk: Chunk.Chunk<A>) => Channel.flatMap(Channel.write(chunk), () => pass),
    onFailure: (cause: Cause.Cause<E>) => {
      running.ended = Exit.failCause(cause)
      return Channel.failCause(cause)
    },
    onDone: (done) => {
      running.ended = Exit.void
      return Channel.succeed(done)
    }
  })
  return pass
}

/** What a span around a stream is made of. */
export interface StreamSpan<A, E, R> {
  readonly name: string
  /** Found out when the stream begins, before its span opens. */
  readonly attributes: Effect.Effect<LazyAttributes | undefined>
  readonly options?: TelemetrySpanOptions | undefined
  /** Makes the stream, inside the span. */
  readonly make: Effect.Effect<WatchedStream<A, E, R>, never, R>
}

// Where nothing records, not even a stand-in may come between the stream and the span around it.
const inside = (span: Tracer.Span | undefined) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  span === undefined ? self : Effect.provideService(self, Tracer.ParentSpan, span)

const begin = <A, E, R>(
  lookup: Lookup,
  { attributes, make, name, options }: StreamSpan<A, E, R>
): Effect.Effect<Running<A, E, R>, never, R> =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const records = yield* Effect.withFiberRuntime<boolean>((fiber) => Effect.succeed(lookup(fiber) !== undefined))
    const span = records
      ? yield* Scope.extend(spanInScope(lookup, name, yield* attributes, options), scope)
      : undefined
    const context = yield* inside(span)(Effect.context<R>())
    return { ...(yield* inside(span)(make)), span, scope, context, ended: Exit.interrupt(FiberId.none) }
  })

/**
 * A stream that is created and runs inside a span.
 *
 * Its release sees success if the consumer stops early, and the consumer's error if that fails. Only the inside knows how the stream itself ended, so
 * that is noted there; a release without such a note is an abandoned stream, an interruption.
 */
export const watchedStreamInSpan = <A, E, R>(lookup: Lookup, what: StreamSpan<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.fromChannel(Channel.acquireUseRelease(
    begin(lookup, what),
    (running) =>
      Channel.provideContext(Stream.toChannel(running.stream), running.context).pipe(
        Channel.pipeTo(noting<A, E>(running))
      ),
    ({ ended, onClose, scope, span }) => Effect.zipRight(inside(span)(onClose(ended)), Scope.close(scope, ended))
  ))

/** A stream inside a span. */
export const spanAroundStream = <A, E, R>(
  lookup: Lookup,
  self: Stream.Stream<A, E, R>,
  name: string,
  attributes?: LazyAttributes,
  options?: TelemetrySpanOptions
): Stream.Stream<A, E, R> =>
  watchedStreamInSpan(lookup, {
    name,
    attributes: Effect.succeed(attributes),
    options,
    make: Effect.succeed({ stream: self, onClose: () => Effect.void })
  })
