/**
 * All access to the running fiber: reads its state, and runs a body inside a span.
 *
 * Uses only Effect's documented interface. The frame that ends the span is pushed onto the fiber's stack first, and the span opens inside it: at no
 * point can an interruption leave a span open.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

type RunningFiber = Fiber.Fiber<unknown, unknown>

/** The clock of the running fiber. */
export const clockOf = (fiber: RunningFiber): Clock.Clock => fiber.getRef(Clock.Clock)

/** The tracer of the running fiber. */
export const tracerOf = (fiber: RunningFiber): Tracer.Tracer => fiber.cache.tracer ?? Tracer.nativeTracer

/** Whether tracing is enabled in the fiber's current region. */
export const isTracing = (fiber: RunningFiber): boolean => fiber.cache.tracerEnabled

/** Applies the attributes that `Effect.annotateSpans` sets on every span of a region. */
export const annotateFromFiber = (fiber: RunningFiber, set: (key: string, value: unknown) => void): void => {
  const annotations = fiber.getRef(References.TracerSpanAnnotations)
  for (const key in annotations) {
    set(key, annotations[key])
  }
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** The links that `Effect.linkSpans` adds to every span of a region, followed by the given ones. */
export const linksFromFiber = (
  fiber: RunningFiber,
  given: ReadonlyArray<Tracer.SpanLink> = noLinks
): ReadonlyArray<Tracer.SpanLink> => {
  const links = fiber.getRef(References.TracerSpanLinks)
  return links.length === 0 ? given : [...links, ...given]
}

/** Ends a span: takes the body's exit and the fiber it ended in, and returns the failure to raise, if any. */
export type EndSpan<S> = (
  span: S,
  exit: Exit.Exit<unknown, unknown>,
  fiber: RunningFiber
) => Effect.Effect<never> | undefined

/**
 * Opens a span and runs the effect with the span as its parent; `end` is called when it has ended, with the fiber's previous context restored and
 * interruption disabled.
 */
export const runInSpan = <A, E, R, S extends Tracer.Span>(
  self: Effect.Effect<A, E, R>,
  open: (fiber: RunningFiber) => S,
  end: EndSpan<S>
): Effect.Effect<A, E, R> => {
  let span: S | undefined
  let before: Context.Context<never> | undefined
  return Effect.onExitPrimitive(
    Effect.withFiber<A, E, R>((fiber) => {
      span = open(fiber)
      before = fiber.context
      fiber.setContext(Context.add(before, Tracer.ParentSpan, span))
      return self
    }),
    (exit) => {
      if (span === undefined || before === undefined) {
        return undefined
      }
      // Batched requests move the frames of a fiber to another one.
      const fiber = Fiber.getCurrent()
      if (fiber === undefined) {
        return undefined
      }
      fiber.setContext(before)
      return end(span, exit, fiber)
    }
  )
}
