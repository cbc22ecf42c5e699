/**
 * Spans around effects, streams and scopes.
 *
 * Opening a span and pushing the frame that ends it onto the fiber's stack is a single step, and interruption is disabled once the body has ended: at
 * no point can an interruption leave a span open. If nothing records, the body runs unchanged.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { LazyAttributes, Recording, TelemetrySpanOptions } from "../TelemetryService.js"
import { clockOf, isTracing, isWritable, runInSpan } from "./fiber.js"
import { isLoomSpan } from "./LoomSpan.js"
import { openSpan, type SpanRequest } from "./opening.js"
import { transparentSpan } from "./transparentSpan.js"

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Finds the recording for a fiber: that of the ambient service, or of a bound one. */
export type Lookup = (fiber: RunningFiber) => Recording | undefined

/** The current time; if the program's clock throws, the start time: a span that never ends would stay in memory. */
const endTime = (span: Tracer.Span, fiber: RunningFiber): bigint => {
  try {
    return clockOf(fiber).unsafeCurrentTimeNanos()
  } catch {
    return span.status.startTime
  }
}

/** Ends one of our spans or a decorated one; returns the sink exceptions to raise. */
const endSpan = (
  recording: Recording,
  span: Tracer.Span,
  fiber: RunningFiber,
  exit: Exit.Exit<unknown, unknown>
): ReadonlyArray<unknown> => {
  const end = endTime(span, fiber)
  // A tracer on top that delegates to ours (DevTools) replaces the span's `end`.
  if (isLoomSpan(span) && !Object.hasOwn(span, "end")) {
    return recording.recorder.end(span, end, exit)
  }
  try {
    span.end(end, exit)
    return []
  } catch (error) {
    return [error]
  }
}

/** The body's exit with its sinks' exceptions: a failure stays exactly as it was, a success becomes a defect. */
const conclude = <A, E>(exit: Exit.Exit<A, E>, failures: ReadonlyArray<unknown>): Exit.Exit<A, E> =>
  failures.length === 0 || Exit.isFailure(exit) ? exit : Exit.failCause(dieAll(failures))

/** All of these as defects, in order. */
const dieAll = (failures: ReadonlyArray<unknown>): Cause.Cause<never> =>
  failures.map((failure): Cause.Cause<never> => Cause.die(failure))
    .reduce((all, cause) => Cause.sequential(all, cause))

/** Runs an effect inside a span. */
export const spanAround = <A, E, R>(
  lookup: Lookup,
  self: Effect.Effect<A, E, R>,
  name: string,
  attributes?: LazyAttributes,
  options?: TelemetrySpanOptions
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>((fiber) => {
    const recording = lookup(fiber)
    if (recording === undefined) {
      return self
    }
    if (!isTracing(fiber)) {
      // Effect's own combinator sets the placeholder span that marks a region without tracing.
      return Effect.useSpan(name, { captureStackTrace: false }, (span) =>
        Effect.provideService(self, Tracer.ParentSpan, span))
    }
    if (!isWritable(fiber)) {
      return composed(fiber, recording, self, { name, attributes, options })
    }
    const span = openSpan(fiber, recording, { name, attributes, options })
    return runInSpan(fiber, span, self, (exit, last) =>
      conclude(exit, endSpan(recording, span, last, exit)))
  })

/** Like `spanAround`, but built from Effect's own operators, for fibers without the expected internals. */
const composed = <A, E, R>(
  fiber: RunningFiber,
  recording: Recording,
  self: Effect.Effect<A, E, R>,
  request: SpanRequest
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) => {
    const span = openSpan(fiber, recording, request)
    return Effect.onExit(
      Effect.provideService(restore(self), Tracer.ParentSpan, span),
      (exit) => finish(recording, fiber, span, exit)
    )
  })

const finish = (
  recording: Recording,
  fiber: RunningFiber,
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const failures = endSpan(recording, span, fiber, exit)
    return failures.length > 0 && Exit.isSuccess(exit) ? Effect.failCause(dieAll(failures)) : Effect.void
  })

/** A span that ends with the scope. */
export const spanInScope = (
  lookup: Lookup,
  name: string,
  attributes?: LazyAttributes,
  options?: TelemetrySpanOptions
): Effect.Effect<Tracer.Span, never, Scope.Scope> =>
  Effect.uninterruptible(
    Effect.withFiberRuntime<Tracer.Span, never, Scope.Scope>((fiber) => {
      const recording = lookup(fiber)
      if (recording === undefined || !isTracing(fiber)) {
        return Effect.succeed(transparentSpan(Option.fromNullable(fiber.currentSpan)))
      }
      const span = openSpan(fiber, recording, { name, attributes, options })
      return Effect.as(
        Effect.addFinalizer((exit) => finish(recording, fiber, span, exit)),
        span
      )
    })
  )
