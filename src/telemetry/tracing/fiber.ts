/**
 * What is read from the running fiber, and what is written to it: its context, with the new parent span, and the frame that ends the span.
 *
 * `Effect.provideService` and `Effect.uninterruptibleMask` would do the same at several times the cost of the rest of a span. Here the fiber's references
 * are put back as the very object they were, unless the body changed them. Where a fiber is not made as expected, `isWritable` says so.
 */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as RuntimeFlagsPatch from "effect/RuntimeFlagsPatch"
import * as Tracer from "effect/Tracer"
import { markPrefix } from "../contextKeys.js"

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

/** What Effect's run loop asks of the frames on a fiber's stack. */
interface Frame {
  readonly _op: string
}

/** What Effect's run loop knows a frame for both ways out by. */
const frameOp = "OnSuccessAndFailure"

/** Members that Effect's fiber has beyond its documented interface, all through version 3. */
interface WritableFiber extends RunningFiber {
  readonly setFiberRef: <A>(ref: FiberRef.FiberRef<A>, value: A) => void
  _fiberRefs: FiberRefs.FiberRefs
  readonly _fiberId: FiberId.Runtime
  readonly pushStack: (frame: Frame) => void
  readonly patchRuntimeFlags: (flags: RuntimeFlags.RuntimeFlags, patch: RuntimeFlagsPatch.RuntimeFlagsPatch) => void
  readonly currentRuntimeFlags: RuntimeFlags.RuntimeFlags
  currentContext: Context.Context<never>
  currentSpan: Tracer.AnySpan | undefined
}

/** Whether Effect's own operator for both ways out of a body is a frame as ours is. */
const knowsFrame: boolean = (() => {
  const frame: object = Effect.matchCauseEffect(Effect.void, { onFailure: Effect.failCause, onSuccess: Effect.succeed })
  return "_op" in frame && frame._op === frameOp && "effect_instruction_i1" in frame && "effect_instruction_i2" in frame
})()

/** Whether the fiber lets its references, its flags and its stack be set directly. */
export const isWritable = (fiber: RunningFiber): fiber is WritableFiber =>
  knowsFrame && "setFiberRef" in fiber && "_fiberRefs" in fiber && "_fiberId" in fiber && "pushStack" in fiber &&
  "patchRuntimeFlags" in fiber && "currentRuntimeFlags" in fiber

/** The clock of the running fiber. */
export const clockOf = (fiber: RunningFiber): Clock.Clock =>
  fiber.currentDefaultServices.unsafeMap.get(Clock.Clock.key) ?? Context.get(fiber.currentDefaultServices, Clock.Clock)

/** The tracer of the running fiber. */
export const tracerOf = (fiber: RunningFiber): Tracer.Tracer => fiber.currentTracer

/** Whether the fiber is in a region that is traced. */
export const isTracing = (fiber: RunningFiber): boolean => fiber.getFiberRef(FiberRef.currentTracerEnabled)

/** The attributes that `Effect.annotateSpans` put on every span of a region. */
export const annotateFromFiber = (fiber: RunningFiber, set: (key: string, value: unknown) => void): void => {
  const annotations = fiber.getFiberRef(FiberRef.currentTracerSpanAnnotations)
  if (HashMap.size(annotations) > 0) {
    HashMap.forEach(annotations, (value, key) => set(key, value))
  }
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** The links that `Effect.linkSpans` put on every span of a region, before those that are given. */
export const linksFromFiber = (
  fiber: RunningFiber,
  given: ReadonlyArray<Tracer.SpanLink> = noLinks
): ReadonlyArray<Tracer.SpanLink> => {
  const links = fiber.getFiberRef(FiberRef.currentTracerSpanLinks)
  return Chunk.isEmpty(links) ? given : [...Chunk.toReadonlyArray(links), ...given]
}

// Twice as fast as `new Map(map)` where there are few entries.
const copyOf = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => {
  const copy = new Map<K, V>()
  for (const [key, value] of map) {
    copy.set(key, value)
  }
  return copy
}

// Where a trace begins the marks of sinks have served: what is copied for each span inside is as small as it was without them.
const withoutMarks = (map: ReadonlyMap<string, unknown>): Map<string, unknown> => {
  const copy = new Map<string, unknown>()
  for (const [key, value] of map) {
    if (!key.startsWith(markPrefix)) {
      copy.set(key, value)
    }
  }
  return copy
}

// What `Context.add` does, without what makes it usable in a pipe: this is most of what a span costs.
const withSpan = (
  { unsafeMap }: Context.Context<never>,
  span: Tracer.AnySpan,
  isFirst: boolean
): Context.Context<never> =>
  Context.unsafeMake((isFirst ? withoutMarks(unsafeMap) : copyOf(unsafeMap)).set(Tracer.ParentSpan.key, span))

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

/** References that have the context in place of their own. */
const withContext = (fiber: WritableFiber, context: Context.Context<never>): FiberRefs.FiberRefs => {
  const { locals } = fiber._fiberRefs
  const stack = stacked(locals.get(FiberRef.currentContext) as Stack | undefined, fiber._fiberId, context)
  return FiberRefs.unsafeMake(copyOf(locals).set(FiberRef.currentContext, stack))
}

/** Ends a span: given the body's exit and the fiber that it ends in, gives what the program goes on with. */
export type EndSpan = (exit: Exit.Exit<unknown, unknown>, fiber: RunningFiber) => Exit.Exit<unknown, unknown>

const uninterruptible = RuntimeFlagsPatch.disable(RuntimeFlags.Interruption)
const interruptible = RuntimeFlagsPatch.enable(RuntimeFlags.Interruption)

/** On a fiber's stack above the frame of a span: from the end of the body on nothing is interrupted. */
const bodyEnds: Frame & { readonly patch: RuntimeFlagsPatch.RuntimeFlagsPatch } = {
  _op: "RevertFlags",
  patch: uninterruptible
}

/**
 * The frame on a fiber's stack that ends a span, whatever becomes of the body.
 *
 * It stands there before the body's first step, and nothing can come between: what is run is called by the run loop, which looks for interruptions only
 * between two calls.
 */
class SpanFrame implements Frame {
  readonly _op = frameOp
  private readonly refs: FiberRefs.FiberRefs
  private readonly context: Context.Context<never>
  private readonly spanBefore: Tracer.AnySpan | undefined
  private readonly inside: FiberRefs.FiberRefs
  private readonly isMasked: boolean

  constructor(fiber: WritableFiber, inner: Context.Context<never>, private readonly end: EndSpan) {
    this.refs = fiber._fiberRefs
    this.context = fiber.currentContext
    this.spanBefore = fiber.currentSpan
    this.isMasked = !RuntimeFlags.interruptible(fiber.currentRuntimeFlags)
    this.inside = withContext(fiber, inner)
  }

  /** Puts the frame on the stack of its fiber and makes the span its current one. */
  enter(fiber: WritableFiber, inner: Context.Context<never>, span: Tracer.Span): void {
    // What `setFiberRef` would set, and the two members that Effect derives from it, without reading the others again.
    fiber._fiberRefs = this.inside
    fiber.currentContext = inner
    fiber.currentSpan = span
    fiber.pushStack(this)
    if (!this.isMasked) {
      fiber.pushStack(bodyEnds)
    }
  }

  /** Called by the run loop with the cause of the body's failure. */
  effect_instruction_i1(cause: Cause.Cause<unknown>): Effect.Effect<unknown, unknown> {
    return this.leave(Exit.failCause(cause))
  }

  /** Called by the run loop with what the body gave. */
  effect_instruction_i2(value: unknown): Effect.Effect<unknown, unknown> {
    return this.leave(Exit.succeed(value))
  }

  private leave(exit: Exit.Exit<unknown, unknown>): Effect.Effect<unknown, unknown> {
    // Batched requests carry the frames of a fiber over to another one.
    const fiber = Option.getOrThrow(Fiber.getCurrentFiber()) as WritableFiber
    if (fiber._fiberRefs === this.inside) {
      fiber._fiberRefs = this.refs
      fiber.currentContext = this.context
      fiber.currentSpan = this.spanBefore
    } else {
      fiber.setFiberRef(FiberRef.currentContext, this.context)
    }
    const ended = this.ended(exit, fiber)
    return this.isMasked ? ended : unmasked(fiber, ended)
  }

  // A throw that went on from here would leave the fiber as it is now: not to be interrupted.
  private ended(exit: Exit.Exit<unknown, unknown>, fiber: RunningFiber): Exit.Exit<unknown, unknown> {
    try {
      return this.end(exit, fiber)
    } catch (error) {
      return Exit.isFailure(exit) ? exit : Exit.die(error)
    }
  }
}

/** Lets the fiber be interrupted again, and lets it end where it was meanwhile. */
const unmasked = (fiber: WritableFiber, exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> => {
  fiber.patchRuntimeFlags(fiber.currentRuntimeFlags, interruptible)
  const interruption = fiber.getFiberRef(FiberRef.interruptedCause)
  return Cause.isEmpty(interruption)
    ? exit
    : Exit.failCause(Exit.isFailure(exit) ? Cause.sequential(exit.cause, interruption) : interruption)
}

/**
 * Runs the effect with the span as the parent of what it does; `end` is called when it has ended, with the fiber as it was before and not
 * interruptible. To be called by the fiber itself, its result to be run next.
 */
export const runInSpan = <A, E, R>(
  fiber: WritableFiber,
  span: Tracer.Span,
  self: Effect.Effect<A, E, R>,
  end: EndSpan
): Effect.Effect<A, E, R> => {
  const inner = withSpan(fiber.currentContext, span, fiber.currentSpan === undefined)
  new SpanFrame(fiber, inner, end).enter(fiber, inner, span)
  return self
}
