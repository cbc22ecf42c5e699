/**
 * What is read from the running fiber, and the one thing that is written to it: its context, with the new parent span.
 *
 * `Effect.provideService` would do the same at several times the cost of the rest of a span. Here the fiber's references are put
 * back as the very object they were, unless the body changed them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Tracer from "effect/Tracer"

/** Members that Effect's fiber has beyond its documented interface, all through version 3. */
interface WritableFiber {
  readonly setFiberRef: <A>(ref: FiberRef.FiberRef<A>, value: A) => void
  _fiberRefs: FiberRefs.FiberRefs
  readonly _fiberId: FiberId.Runtime
  currentContext: Context.Context<never>
  currentSpan: Tracer.AnySpan | undefined
}

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Whether the fiber lets its references be set directly. */
export const isWritable = (fiber: RunningFiber): fiber is RunningFiber & WritableFiber =>
  "setFiberRef" in fiber && "_fiberRefs" in fiber && "_fiberId" in fiber

/** The clock of the running fiber. */
export const clockOf = (fiber: RunningFiber): Clock.Clock => Context.get(fiber.currentDefaultServices, Clock.Clock)

// What `Context.add` does, without what makes it usable in a pipe: this is most of what a span costs.
const withSpan = (context: Context.Context<never>, span: Tracer.AnySpan): Context.Context<never> => {
  const services = new Map(context.unsafeMap)
  services.set(Tracer.ParentSpan.key, span)
  return Context.unsafeMake(services)
}

type Stack = readonly [
  readonly [FiberId.Single, Context.Context<never>],
  ...ReadonlyArray<readonly [FiberId.Single, Context.Context<never>]>
]

/** The values of a reference by the fibers that set them, with this fiber's on top. */
const stacked = (stack: Stack | undefined, id: FiberId.Runtime, value: Context.Context<never>): Stack => {
  const top = [id, value] as const
  return stack === undefined
    ? [top]
    : stack[0][0] === id
    ? (stack.length === 1 ? [top] : [top, ...stack.slice(1)])
    : [top, ...stack]
}

/**
 * Makes the span the parent of what the fiber does next; the function returned undoes it.
 *
 * It sets what `setFiberRef` of the context would set, and the two members that Effect derives from it, without reading the others again.
 */
export const enterSpan = (fiber: RunningFiber & WritableFiber, span: Tracer.AnySpan): () => void => {
  const before = fiber._fiberRefs
  const context = fiber.currentContext
  const spanBefore = fiber.currentSpan
  const inner = withSpan(context, span)
  const locals = new Map(before.locals)
  locals.set(
    FiberRef.currentContext,
    stacked(locals.get(FiberRef.currentContext) as Stack | undefined, fiber._fiberId, inner)
  )
  const inside = FiberRefs.unsafeMake(locals)
  fiber._fiberRefs = inside
  fiber.currentContext = inner
  fiber.currentSpan = span
  return () => {
    if (fiber._fiberRefs === inside) {
      fiber._fiberRefs = before
      fiber.currentContext = context
      fiber.currentSpan = spanBefore
    } else {
      fiber.setFiberRef(FiberRef.currentContext, context)
    }
  }
}
