/**
 * The OpenTelemetry context that a fiber was started in from outside of Effect, and with it the fibers that it forks.
 *
 * It is read where the fiber starts. Later on, what is active is the context of whatever woke the fiber: another request, a worker, a timer. As long as
 * nothing but the root context was ever found, nothing is kept and nothing is looked up.
 */
import * as OtelApi from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Supervisor from "effect/Supervisor"
import { shared } from "../../telemetry/copies.js"
import { activeContext } from "./contextManager.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { isOurs } from "./ownSpans.js"

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/** One state for all copies of this package. */
const state = shared("fiberContexts", () => ({
  started: new WeakMap<AnyFiber, OtelApi.Context>(),
  /** Whether a fiber was ever started in another context than the root. */
  isInUse: false,
  /**
   * The contexts in which layers were built, by the fiber that the build began in. Programs that waited for their layer started before anything here
   * could see it.
   */
  builds: new Map<number, OtelApi.Context>()
}))

/** The fiber that this one descends from, which was started from outside: the first of those that set its context. */
const rootOf = (fiber: AnyFiber): number => {
  const setters = fiber.getFiberRefs().locals.get(FiberRef.currentContext)
  const [first] = setters?.at(-1) ?? []
  return first?._tag === "Runtime" ? first.id : fiber.id().id
}

/**
 * What a program that waited for its layer was started in: the layer was built by a fiber of its own, or it is the first run of a `ManagedRuntime`, which
 * begins by starting the fiber that builds. Of others that waited for the same layer nothing is known.
 */
const contextOfBuild = (fiber: AnyFiber): OtelApi.Context | undefined => {
  const { id } = fiber.id()
  return state.builds.get(id) ?? state.builds.get(id + 1)
}

const remember = (fiber: AnyFiber, context: OtelApi.Context): void => {
  state.started.set(fiber, context)
}

/** A context without a span of ours: whose child something is, Effect says. */
const withoutOurSpan = (context: OtelApi.Context): OtelApi.Context =>
  context instanceof LoneSpanContext
    ? context.around
    : isOurs(OtelApi.trace.getSpan(context))
    ? OtelApi.trace.deleteSpan(context)
    : context

/** What is active around Effect right now. */
export const fromOutside = (): OtelApi.Context => withoutOurSpan(activeContext())

/** The context that the fiber was started in; the root where that is not known. */
export const contextOfFiber = (fiber: AnyFiber): OtelApi.Context => {
  if (!state.isInUse) {
    return OtelApi.ROOT_CONTEXT
  }
  const known = state.started.get(fiber)
  if (known !== undefined) {
    return known
  }
  const context = contextOfBuild(fiber) ?? OtelApi.ROOT_CONTEXT
  remember(fiber, context)
  return context
}

class StartedFibers extends Supervisor.AbstractSupervisor<void> {
  override readonly value = Effect.void

  override onStart<A, E, R>(
    _context: unknown,
    _effect: Effect.Effect<A, E, R>,
    parent: Option.Option<AnyFiber>,
    fiber: Fiber.RuntimeFiber<A, E>
  ): void {
    const context = parent._tag === "Some" ? contextOfFiber(parent.value) : fromOutside()
    if (state.isInUse || context !== OtelApi.ROOT_CONTEXT) {
      state.isInUse = true
      remember(fiber, context)
    }
  }
}

const startedFibers = new StartedFibers()

const buildIn = (root: number, context: OtelApi.Context): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      state.isInUse = true
      state.builds.set(root, context)
    }),
    () => Effect.sync(() => state.builds.delete(root))
  )

/** Watches which fibers start under the layers of the current scope. */
export const fiberContexts: Effect.Effect<void, never, Scope.Scope> = Effect.withFiberRuntime((fiber) => {
  const context = state.started.get(fiber) ?? fromOutside()
  const watch = Effect.locallyScopedWith(FiberRef.currentSupervisor, (supervisor) => supervisor.zip(startedFibers))
  if (context === OtelApi.ROOT_CONTEXT) {
    return watch
  }
  remember(fiber, context)
  return Effect.zipRight(buildIn(rootOf(fiber), context), watch)
})
