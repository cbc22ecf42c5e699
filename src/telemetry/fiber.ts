/**
 * What is read from the running fiber, and the one thing that is written to it: its context, with the new parent span.
 *
 * `Effect.provideService` would do the same at several times the cost of the rest of a span. Here the fiber's references are put
 * back as the very object they were, unless the body changed them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as FiberRefs from "effect/FiberRefs"
import * as Tracer from "effect/Tracer"

/** Members that Effect's fiber has beyond its documented interface, all through version 3. */
interface WritableFiber {
  readonly setFiberRef: <A>(ref: FiberRef.FiberRef<A>, value: A) => void
  readonly setFiberRefs: (refs: FiberRefs.FiberRefs) => void
}

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Whether the fiber lets its references be set directly. */
export const isWritable = (fiber: RunningFiber): fiber is RunningFiber & WritableFiber =>
  "setFiberRef" in fiber && "setFiberRefs" in fiber

/** The clock of the running fiber. */
export const clockOf = (fiber: RunningFiber): Clock.Clock => Context.get(fiber.currentDefaultServices, Clock.Clock)

/** Makes the span the parent of what the fiber does next; the function returned undoes it. */
export const enterSpan = (fiber: RunningFiber & WritableFiber, span: Tracer.AnySpan): () => void => {
  const before = fiber.getFiberRefs()
  const context = fiber.currentContext
  fiber.setFiberRef(FiberRef.currentContext, Context.add(context, Tracer.ParentSpan, span))
  const inside = fiber.getFiberRefs()
  return () => {
    if (fiber.getFiberRefs() === inside) {
      fiber.setFiberRefs(before)
    } else {
      fiber.setFiberRef(FiberRef.currentContext, context)
    }
  }
}
