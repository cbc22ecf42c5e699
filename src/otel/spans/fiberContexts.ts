/**
 * The OpenTelemetry context in which a fiber was started from outside of Effect. Fibers that it forks inherit it.
 *
 * It is read when the fiber starts: later, the active context is that of whatever woke the fiber, such as another request, a worker or a timer. As
 * long as only the root context has been seen, nothing is stored or looked up.
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
  /** Whether a fiber was ever started in a context other than the root. */
  isInUse: false,
  /**
   * The contexts in which layers were built, by the id of the fiber that started the build. Programs that waited for their layer had started before
   * this module could see them.
   */
  builds: new Map<number, OtelApi.Context>()
}))

/** The id of the ancestor that was started from outside: the first fiber that set the context. */
const rootOf = (fiber: AnyFiber): number => {
  const setters = fiber.getFiberRefs().locals.get(FiberRef.currentContext)
  const [first] = setters?.at(-1) ?? []
  return first?._tag === "Runtime" ? first.id : fiber.id().id
}

/**
 * The context in which a program that waited for its layer was started: either its own fiber built the layer, or it is the first run of a
 * `ManagedRuntime`, which starts the building fiber first. For other programs that waited for the same layer, the context is unknown.
 */
const contextOfBuild = (fiber: AnyFiber): OtelApi.Context | undefined => {
  const { id } = fiber.id()
  return state.builds.get(id) ?? state.builds.get(id + 1)
}

const remember = (fiber: AnyFiber, context: OtelApi.Context): void => {
  state.started.set(fiber, context)
}

/** The context without our span: parents come from Effect, not from the context. */
const withoutOurSpan = (context: OtelApi.Context): OtelApi.Context =>
  context instanceof LoneSpanContext
    ? context.around
    : isOurs(OtelApi.trace.getSpan(context))
    ? OtelApi.trace.deleteSpan(context)
    : context

/** The context that is currently active around Effect. */
export const fromOutside = (): OtelApi.Context => withoutOurSpan(activeContext())

/** The context in which the fiber was started; the root context if unknown. */
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

/** Observes fibers that start under the layers of the current scope. */
export const fiberContexts: Effect.Effect<void, never, Scope.Scope> = Effect.withFiberRuntime((fiber) => {
  const context = state.started.get(fiber) ?? fromOutside()
  const watch = Effect.locallyScopedWith(FiberRef.currentSupervisor, (supervisor) => supervisor.zip(startedFibers))
  if (context === OtelApi.ROOT_CONTEXT) {
    return watch
  }
  remember(fiber, context)
  return Effect.zipRight(buildIn(rootOf(fiber), context), watch)
})
