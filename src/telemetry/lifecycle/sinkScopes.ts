/**
 * Scopes for sinks that close concurrently: each release has its own timeout, a hanging one delays no other, and one that dies never
 * changes the program's failure.
 *
 * Releases start in reverse order, each in its own fiber, so synchronous ones run entirely in reverse. The trap: what a release changes in
 * its fiber is lost, so what acquiring changed in this fiber (its tracer) is reverted here.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as FiberRefs from "effect/FiberRefs"
import * as FiberRefsPatch from "effect/FiberRefsPatch"
import type * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import { warn } from "../report.js"
import { shownCause } from "./foreignText.js"

/**
 * Waits for work for at most `cap`, even in a finalizer, which is uninterruptible. `None` if it did not finish in time; it may continue in the
 * background.
 *
 * The work runs in its own fiber, which starts at once, so synchronous releases keep their order. The wait runs in its own fiber too, because an
 * interrupted fiber also interrupts its children, and the work could be interrupted while saving something.
 */
export const withCap = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  cap: Duration.DurationInput
): Effect.Effect<Option.Option<A>, E, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) => {
    const fork = Runtime.runFork(runtime)
    const work = fork(Effect.interruptible(self))
    const done = work.unsafePoll()
    if (done !== null) {
      return Effect.asSome(done)
    }
    const wait = fork(Effect.timeoutOption(Effect.interruptible(Fiber.join(work)), cap))
    return Effect.onExit(Fiber.join(wait), () => work.unsafePoll() === null ? Fiber.interruptFork(work) : Effect.void)
  })

/** How sinks are released. */
export interface ReleaseOptions {
  /** What to do if a release dies and the body succeeded; if the body did not succeed, it is always logged. Default `"raise"`. */
  readonly onSinkError?: "raise" | "report" | undefined
  /** How long one release may take before it is abandoned. */
  readonly closeTimeout: Duration.DurationInput
}

/** The scope of a sink that is acquired or about to be. */
export interface SinkScope {
  readonly scope: Scope.CloseableScope
  /** Used in warnings about its release. */
  name: string
  closeTimeout: Duration.DurationInput
}

/** Acquires sinks, each in its own scope. */
export interface SinkScopes {
  readonly acquire: <A, E, R>(use: (place: SinkScope) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** The state of a fiber before and after its sinks were acquired. */
interface FiberState {
  readonly before: FiberRefs.FiberRefs
  inside: FiberRefs.FiberRefs
  tracer: Tracer.Tracer
}

/** Scopes for sinks, closed with the current scope. */
export const sinkScopes = (options: ReleaseOptions): Effect.Effect<SinkScopes, never, Scope.Scope> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const outer = yield* Effect.scope
    const places: Array<SinkScope> = []
    const before = yield* Effect.getFiberRefs
    const state: FiberState = { before, inside: before, tracer: yield* Effect.tracer }
    // Not `addFinalizer`: it restores the fiber's references after a release, including the tracer that a sink had installed.
    yield* Scope.addFinalizerExit(
      outer,
      (exit) => Effect.ensuring(closeAll(places, exit, options), restore(state))
    )
    return {
      acquire: (use) =>
        Effect.gen(function*() {
          const place = { scope: yield* Scope.make(), name: "unnamed", closeTimeout: options.closeTimeout }
          places.push(place)
          // On any exit: an interruption may come right after the sink has changed the fiber.
          return yield* Effect.onExit(use(place), () => capture(state))
        })
    }
  }))

const capture = (state: FiberState): Effect.Effect<void> =>
  Effect.flatMap(Effect.zip(Effect.getFiberRefs, Effect.tracer), ([inside, tracer]) =>
    Effect.sync(() => {
      state.inside = inside
      state.tracer = tracer
    }))

// Only if the sinks' tracer is still in use: the scope may be closed by a fiber that never had it.
const restore = ({ before, inside, tracer }: FiberState): Effect.Effect<void> =>
  Effect.flatMap(
    Effect.tracer,
    (current) => current === tracer ? Effect.patchFiberRefs(FiberRefsPatch.diff(inside, before)) : Effect.void
  )

const closeAll = (
  places: ReadonlyArray<SinkScope>,
  exit: Exit.Exit<unknown, unknown>,
  { onSinkError }: ReleaseOptions
): Effect.Effect<void> =>
  Effect.flatMap(released(places, exit), (exits) => {
    const causes = exits.flatMap((each) => Exit.isFailure(each) ? [each.cause] : [])
    if (causes.length === 0) {
      return Effect.void
    }
    const cause = causes.reduce((all, each) => Cause.sequential(all, each))
    // Adding it to the program's own cause would change the program's failure.
    return onSinkError === "report" || Exit.isFailure(exit)
      ? Effect.sync(() => warn(`A telemetry sink failed to close: ${shownCause(cause)}`))
      : Effect.failCause(cause)
  })

const released = (
  places: ReadonlyArray<SinkScope>,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<ReadonlyArray<Exit.Exit<void>>> =>
  Effect.flatMap(Effect.runtime<never>(), (runtime) => {
    // Each runs synchronously until it first suspends, which keeps their order.
    const closing = [...places].reverse().map((place) => Runtime.runFork(runtime)(releasedInTime(place, exit)))
    return Effect.forEach(closing, Fiber.await)
  })

const releasedInTime = (place: SinkScope, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(
    withCap(Effect.uninterruptible(Scope.close(place.scope, exit)), place.closeTimeout),
    (done) => done._tag === "Some" ? Effect.void : Effect.sync(() => giveUp(place))
  )

const giveUp = ({ closeTimeout, name }: SinkScope): void =>
  warn(`The telemetry sink "${name}" did not close within ${Duration.format(closeTimeout)} and was given up`)
