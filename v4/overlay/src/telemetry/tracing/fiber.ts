/**
 * What is read from the running fiber, and how a body runs inside a span.
 *
 * All of it is Effect's documented interface. The frame that ends the span goes onto the fiber's stack first, and the span opens inside it: there is no
 * instant at which an interruption could leave a span open.
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

/** Whether the fiber is in a region that is traced. */
export const isTracing = (fiber: RunningFiber): boolean => fiber.cache.tracerEnabled

/** The attributes that `Effect.annotateSpans` put on every span of a region. */
export const annotateFromFiber = (fiber: RunningFiber, set: (key: string, value: unknown) => void): void => {
  const annotations = fiber.getRef(References.TracerSpanAnnotations)
  for (const key in annotations) {
    set(key, annotations[key])
  }
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** The links that `Effect.linkSpans` put on every span of a region, before those that are given. */
export const linksFromFiber = (
  fiber: RunningFiber,
  given: ReadonlyArray<Tracer.SpanLink> = noLinks
): ReadonlyArray<Tracer.SpanLink> => {
  const links = fiber.getRef(References.TracerSpanLinks)
  return links.length === 0 ? given : [...links, ...given]
}

/** Ends a span: given the body's exit and the fiber that it ends in, gives what the program dies of where it does. */
export type EndSpan<S> = (
  span: S,
  exit: Exit.Exit<unknown, unknown>,
  fiber: RunningFiber
) => Effect.Effect<never> | undefined

/**
 * Opens a span and runs the effect with it as the parent of what it does; `end` is called when it has ended, with the fiber as it was before and not
 * interruptible.
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
      // Batched requests carry the frames of a fiber over to another one.
      const fiber = Fiber.getCurrent()
      if (fiber === undefined) {
        return undefined
      }
      fiber.setContext(before)
      return end(span, exit, fiber)
    }
  )
}
