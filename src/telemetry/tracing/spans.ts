/**
 * Spans around effects, streams and scopes.
 *
 * A span is opened and its end put on the fiber's stack in one step, and from the body's end on nothing is interrupted: there is no instant at which
 * an interruption could leave a span open. A program in which nothing records runs the body as it is.
 */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { ownNames } from "../../records/vocabulary.js"
import { sayInVain } from "../lifecycle/misplaced.js"
import { foreignAttributes } from "../redact/foreign.js"
import { labelOf, runOf } from "../RunContext.js"
import type { AttributesInput, LazyAttributes, Recording } from "../Service.js"
import { AttributeBag } from "./attributeBag.js"
import { clockOf, isWritable, runInSpan } from "./fiber.js"
import { LoomSpan } from "./LoomSpan.js"
import { decorate, LoomTracer, nativeTracer, recordedParent } from "./LoomTracer.js"
import { transparentSpan } from "./transparentSpan.js"

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Finds what records for a fiber: the ambient service, or one that was bound. */
export type Lookup = (fiber: RunningFiber) => Recording | undefined

const givenAttributes = (attributes: LazyAttributes | undefined): AttributesInput | undefined => {
  if (typeof attributes !== "function") {
    return attributes
  }
  try {
    return attributes()
  } catch {
    return { [ownNames.unreadAttributes]: "<unserializable>" }
  }
}

const isTracing = (fiber: RunningFiber): boolean => fiber.getFiberRef(FiberRef.currentTracerEnabled)

/** The attributes that `Effect.annotateSpans` put on every span of a region. */
const annotateFromFiber = (fiber: RunningFiber, set: (key: string, value: unknown) => void): void => {
  const annotations = fiber.getFiberRef(FiberRef.currentTracerSpanAnnotations)
  if (HashMap.size(annotations) > 0) {
    HashMap.forEach(annotations, (value, key) => set(key, value))
  }
}

const linksFromFiber = (fiber: RunningFiber): ReadonlyArray<Tracer.SpanLink> => {
  const links = fiber.getFiberRef(FiberRef.currentTracerSpanLinks)
  return Chunk.isEmpty(links) ? noLinks : Chunk.toReadonlyArray(links)
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** Opens a span as a child of the fiber's current one. Total: attributes are made safe before anyone sees them. */
const openSpan = (
  fiber: RunningFiber,
  { recorder, tracer }: Recording,
  name: string,
  attributes: LazyAttributes | undefined
): Tracer.Span => {
  if (recorder.unchecked > 0) {
    sayInVain(recorder, fiber)
  }
  const start = clockOf(fiber).unsafeCurrentTimeNanos()
  const current = fiber.currentTracer
  const made = current === tracer || current === nativeTracer || current instanceof LoomTracer
    ? tracer.underneath
    : current
  if (made !== nativeTracer) {
    return openForeign(fiber, recorder, made, name, attributes, start)
  }
  const span = recorder.make({
    name: recorder.redactor.name(name),
    parent: recordedParent(fiber.currentSpan),
    start,
    kind: "internal",
    context: Context.empty()
  })
  collectAttributes(fiber, span.bag, attributes)
  span.addLinks(linksFromFiber(fiber))
  recorder.announce(span)
  return span
}

/** What is given explicitly wins over what the region's annotations say, and that over the current run. */
const collectAttributes = (
  fiber: RunningFiber,
  bag: AttributeBag,
  attributes: LazyAttributes | undefined
): void => {
  annotateFromFiber(fiber, (key, value) => bag.set(key, value))
  const given = givenAttributes(attributes)
  if (given !== undefined) {
    bag.setAll(given)
  }
  const run = runOf(fiber.currentContext)
  bag.setDefault("user_id", labelOf(run, "userId"))
  bag.setDefault("session_id", labelOf(run, "sessionId"))
}

const openForeign = (
  fiber: RunningFiber,
  recorder: Recording["recorder"],
  made: Tracer.Tracer,
  name: string,
  attributes: LazyAttributes | undefined,
  start: bigint
): Tracer.Span => {
  const bag = new AttributeBag(recorder.limits, recorder.redactor)
  collectAttributes(fiber, bag, attributes)
  const all = Object.freeze(bag.finish())
  const span = decorate(recorder, made, [
    name,
    Option.fromNullable(recordedParent(fiber.currentSpan)),
    Context.empty(),
    linksFromFiber(fiber),
    start,
    "internal",
    { attributes: all, captureStackTrace: false }
  ])
  for (const [key, value] of Object.entries(all)) {
    span.attribute(key, value)
  }
  return span
}

/** Now; where the program's clock throws, the span ends when it began: one that stays open would be held for ever. */
const endTime = (span: Tracer.Span, fiber: RunningFiber): bigint => {
  try {
    return clockOf(fiber).unsafeCurrentTimeNanos()
  } catch {
    return span.status.startTime
  }
}

/** Ends a span of ours or a decorated one; gives the exceptions of its sinks that should go on. */
const endSpan = (
  recording: Recording,
  span: Tracer.Span,
  fiber: RunningFiber,
  exit: Exit.Exit<unknown, unknown>
): ReadonlyArray<unknown> => {
  const end = endTime(span, fiber)
  // A tracer on top that delegates to ours (DevTools) has put its own `end` on the span.
  if (span instanceof LoomSpan && !Object.hasOwn(span, "end")) {
    return recording.recorder.end(span, end, exit)
  }
  try {
    span.end(end, exit)
    return []
  } catch (error) {
    return [error]
  }
}

/** The body's exit with what its sinks threw: a cause stays exactly as it was, a success becomes a defect. */
const conclude = <A, E>(exit: Exit.Exit<A, E>, failures: ReadonlyArray<unknown>): Exit.Exit<A, E> =>
  failures.length === 0 || Exit.isFailure(exit) ? exit : Exit.failCause(dieAll(failures))

/** All of these as defects, in order. */
const dieAll = (failures: ReadonlyArray<unknown>): Cause.Cause<never> =>
  failures.map((failure): Cause.Cause<never> => Cause.die(failure)).reduce(Cause.sequential)

/** An effect inside a span. */
export const spanAround = <A, E, R>(
  lookup: Lookup,
  self: Effect.Effect<A, E, R>,
  name: string,
  attributes: LazyAttributes | undefined
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>((fiber) => {
    const recording = lookup(fiber)
    if (recording === undefined) {
      return self
    }
    if (!isTracing(fiber)) {
      // Effect's own combinator puts the span there that marks a region without tracing.
      return Effect.useSpan(name, { captureStackTrace: false }, (span) =>
        Effect.provideService(self, Tracer.ParentSpan, span))
    }
    if (!isWritable(fiber)) {
      return composed(fiber, recording, self, name, attributes)
    }
    const span = openSpan(fiber, recording, name, attributes)
    return runInSpan(fiber, span, self, (exit, last) =>
      conclude(exit, endSpan(recording, span, last, exit)))
  })

/** The same out of Effect's own operators, for a fiber that is not made as expected. */
const composed = <A, E, R>(
  fiber: RunningFiber,
  recording: Recording,
  self: Effect.Effect<A, E, R>,
  name: string,
  attributes: LazyAttributes | undefined
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) => {
    const span = openSpan(fiber, recording, name, attributes)
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
  attributes: LazyAttributes | undefined
): Effect.Effect<Tracer.Span, never, Scope.Scope> =>
  Effect.uninterruptible(
    Effect.withFiberRuntime<Tracer.Span, never, Scope.Scope>((fiber) => {
      const recording = lookup(fiber)
      if (recording === undefined || !isTracing(fiber)) {
        return Effect.succeed(transparentSpan(Option.fromNullable(fiber.currentSpan)))
      }
      const span = openSpan(fiber, recording, name, attributes)
      return Effect.as(
        Effect.addFinalizer((exit) => finish(recording, fiber, span, exit)),
        span
      )
    })
  )

/** Sets attributes on the fiber's current span, whoever made it. */
export const annotateCurrent = (lookup: Lookup, attributes: LazyAttributes): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const span = fiber.currentSpan
    const recording = lookup(fiber)
    if (span === undefined || span._tag !== "Span" || recording === undefined) {
      return Effect.void
    }
    const given = givenAttributes(attributes)
    if (given !== undefined && span instanceof LoomSpan && !Object.hasOwn(span, "attribute")) {
      if (span.isOpen) {
        span.bag.setAll(given)
      }
    } else if (given !== undefined) {
      annotateForeign(recording.recorder, span, given)
    }
    return Effect.void
  })

// Read once and made safe here: the other tracer reads them as they are.
const annotateForeign = (recorder: Recording["recorder"], span: Tracer.Span, attributes: AttributesInput): void => {
  for (const [key, value] of Object.entries(foreignAttributes(recorder, attributes, "span"))) {
    span.attribute(key, value)
  }
}

/** One measurement, in the fiber's current span. */
export const measure = (
  lookup: Lookup,
  name: string,
  value: number,
  attributes: LazyAttributes | undefined
): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const recording = lookup(fiber)
    if (recording === undefined) {
      return Effect.void
    }
    const failures = recording.recorder.measure(
      name,
      value,
      givenAttributes(attributes),
      labelOf(runOf(fiber.currentContext), "userId"),
      clockOf(fiber),
      recordedParent(fiber.currentSpan)
    )
    return failures.length === 0 ? Effect.void : Effect.failCause(dieAll(failures))
  })
