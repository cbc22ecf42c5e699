/**
 * A span around a stream: open until the stream ends, fails or is abandoned; spans opened inside are its children.
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

/** A stream and what to run when it has ended. */
export interface WatchedStream<A, E, R> {
  readonly stream: Stream.Stream<A, E, R>
  /** Runs when the stream has ended in any way, before its span ends, with the span as the current one. */
  readonly onClose: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
}

/** The state of a running stream. */
interface Running<A, E, R> extends WatchedStream<A, E, R> {
  readonly span: Tracer.Span | undefined
  readonly scope: Scope.CloseableScope
  /** The stream's whole context, provided at once: the operator that provides only the span loses defects of releases below it. */
  readonly context: Context.Context<R>
  /** How the stream itself ended; an interruption until it has. */
  ended: Exit.Exit<unknown, unknown>
}

/** Passes everything through and records how the stream ended. A stage of its own, because other operators lose defects of releases below them. */
const recordEnd = <A, E>(
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

/** The arguments for a span around a stream. */
export interface StreamSpan<A, E, R> {
  readonly name: string
  /** Evaluated when the stream starts, before its span opens. */
  readonly attributes: Effect.Effect<LazyAttributes | undefined>
  readonly options?: TelemetrySpanOptions | undefined
  /** Creates the stream, inside the span. */
  readonly make: Effect.Effect<WatchedStream<A, E, R>, never, R>
}

// If nothing records, not even a placeholder may come between the stream and the span around it.
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
 * A release sees success if the consumer stops early, and the consumer's error if the consumer fails. How the stream itself ended is known only
 * inside, so it is recorded there; a release without such a record means the stream was abandoned, an interruption.
 */
export const watchedStreamInSpan = <A, E, R>(lookup: Lookup, what: StreamSpan<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.fromChannel(Channel.acquireUseRelease(
    begin(lookup, what),
    (running) =>
      Channel.provideContext(Stream.toChannel(running.stream), running.context).pipe(
        Channel.pipeTo(recordEnd<A, E>(running))
      ),
    ({ ended, onClose, scope, span }) => Effect.zipRight(inside(span)(onClose(ended)), Scope.close(scope, ended))
  ))

/** Runs a stream inside a span. */
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
