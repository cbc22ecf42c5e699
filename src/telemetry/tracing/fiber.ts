/**
 * All access to the running fiber: reads its state, and writes its context (with the new parent span) and the stack frame that ends the span.
 *
 * `Effect.provideService` and `Effect.uninterruptibleMask` would do the same at several times the cost of the rest of a span. Here the original
 * object with the fiber's references is restored, unless the body changed them. `isWritable` tells whether a fiber has the expected internals.
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

/** What Effect's run loop requires of the frames on a fiber's stack. */
interface Frame {
  readonly _op: string
}

/** The `_op` of a frame that handles both success and failure. */
const frameOp = "OnSuccessAndFailure"

/** Undocumented members of Effect's fiber, present in every release of version 3. */
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

/** Whether Effect's own frame for success and failure has the same shape as ours. */
const knowsFrame: boolean = (() => {
  const frame: object = Effect.matchCauseEffect(Effect.void, { onFailure: Effect.failCause, onSuccess: Effect.succeed })
  return "_op" in frame && frame._op === frameOp && "effect_instruction_i1" in frame && "effect_instruction_i2" in frame
})()

/** Whether the fiber's references, flags and stack can be set directly. */
export const isWritable = (fiber: RunningFiber): fiber is WritableFiber =>
  knowsFrame && "setFiberRef" in fiber && "_fiberRefs" in fiber && "_fiberId" in fiber && "pushStack" in fiber &&
  "patchRuntimeFlags" in fiber && "currentRuntimeFlags" in fiber

/** The clock of the running fiber. */
export const clockOf = (fiber: RunningFiber): Clock.Clock =>
  fiber.currentDefaultServices.unsafeMap.get(Clock.Clock.key) ?? Context.get(fiber.currentDefaultServices, Clock.Clock)

/** The tracer of the running fiber. */
export const tracerOf = (fiber: RunningFiber): Tracer.Tracer => fiber.currentTracer

/** Whether tracing is enabled in the fiber's current region. */
export const isTracing = (fiber: RunningFiber): boolean => fiber.getFiberRef(FiberRef.currentTracerEnabled)

/** Applies the attributes that `Effect.annotateSpans` sets on every span of a region. */
export const annotateFromFiber = (fiber: RunningFiber, set: (key: string, value: unknown) => void): void => {
  const annotations = fiber.getFiberRef(FiberRef.currentTracerSpanAnnotations)
  if (HashMap.size(annotations) > 0) {
    HashMap.forEach(annotations, (value, key) => set(key, value))
  }
}

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** The links that `Effect.linkSpans` adds to every span of a region, followed by the given ones. */
export const linksFromFiber = (
  fiber: RunningFiber,
  given: ReadonlyArray<Tracer.SpanLink> = noLinks
): ReadonlyArray<Tracer.SpanLink> => {
  const links = fiber.getFiberRef(FiberRef.currentTracerSpanLinks)
  return Chunk.isEmpty(links) ? given : [...Chunk.toReadonlyArray(links), ...given]
}

// Twice as fast as `new Map(map)` for few entries.
const copyOf = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => {
  const copy = new Map<K, V>()
  for (const [key, value] of map) {
    copy.set(key, value)
  }
  return copy
}

// Once a trace starts, the marks of sinks are no longer needed: without them, the context that is copied for each span inside stays small.
const withoutMarks = (map: ReadonlyMap<string, unknown>): Map<string, unknown> => {
  const copy = new Map<string, unknown>()
  for (const [key, value] of map) {
    if (!key.startsWith(markPrefix)) {
      copy.set(key, value)
    }
  }
  return copy
}

// `Context.add` without the overhead of `dual`: this is most of the cost of a span.
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

/** The fiber's references with another context. */
const withContext = (fiber: WritableFiber, context: Context.Context<never>): FiberRefs.FiberRefs => {
  const { locals } = fiber._fiberRefs
  const stack = stacked(locals.get(FiberRef.currentContext) as Stack | undefined, fiber._fiberId, context)
  return FiberRefs.unsafeMake(copyOf(locals).set(FiberRef.currentContext, stack))
}

/** Ends a span: takes the body's exit and the fiber it ended in, and returns the exit to continue with. */
export type EndSpan = (exit: Exit.Exit<unknown, unknown>, fiber: RunningFiber) => Exit.Exit<unknown, unknown>

const uninterruptible = RuntimeFlagsPatch.disable(RuntimeFlags.Interruption)
const interruptible = RuntimeFlagsPatch.enable(RuntimeFlags.Interruption)

/** Pushed above the frame of a span: disables interruption once the body has ended. */
const bodyEnds: Frame & { readonly patch: RuntimeFlagsPatch.RuntimeFlagsPatch } = {
  _op: "RevertFlags",
  patch: uninterruptible
}

/**
 * The frame on a fiber's stack that ends a span, however the body ends.
 *
 * It is pushed before the body's first step, and no interruption can come in between: the run loop checks for interruptions only between its calls,
 * and this happens inside one.
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

  /** Pushes the frame onto the fiber's stack and makes the span the current one. */
  enter(fiber: WritableFiber, inner: Context.Context<never>, span: Tracer.Span): void {
    // Sets what `setFiberRef` would set, and the two members that Effect derives from it, without recomputing the others.
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

  /** Called by the run loop with the body's result. */
  effect_instruction_i2(value: unknown): Effect.Effect<unknown, unknown> {
    return this.leave(Exit.succeed(value))
  }

  private leave(exit: Exit.Exit<unknown, unknown>): Effect.Effect<unknown, unknown> {
    // Batched requests move the frames of a fiber to another one.
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

  // An exception thrown from here would leave the fiber uninterruptible.
  private ended(exit: Exit.Exit<unknown, unknown>, fiber: RunningFiber): Exit.Exit<unknown, unknown> {
    try {
      return this.end(exit, fiber)
    } catch (error) {
      return Exit.isFailure(exit) ? exit : Exit.die(error)
    }
  }
}

/** Enables interruption again, and applies an interruption that arrived in the meantime. */
const unmasked = (fiber: WritableFiber, exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> => {
  fiber.patchRuntimeFlags(fiber.currentRuntimeFlags, interruptible)
  const interruption = fiber.getFiberRef(FiberRef.interruptedCause)
  return Cause.isEmpty(interruption)
    ? exit
    : Exit.failCause(Exit.isFailure(exit) ? Cause.sequential(exit.cause, interruption) : interruption)
}

/**
 * Runs the effect with the span as its parent; `end` is called when it has ended, with the fiber's previous context restored and interruption
 * disabled. Must be called by the fiber itself, which must run the returned effect next.
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
