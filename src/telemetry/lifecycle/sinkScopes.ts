/**
 * Scopes for sinks that close side by side: each release has its own time, a hanging one delays no other, and one that dies never
 * changes what the program failed with.
 *
 * For sinks that are acquired one after another. Their releases start in reverse order, each in a fiber of its own, so that those
 * without a pause run in reverse altogether. The trap is just that: what a release changes in its fiber is lost, so what acquiring
 * changed in this one (its tracer) is taken back here.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as FiberRefs from "effect/FiberRefs"
import * as FiberRefsPatch from "effect/FiberRefsPatch"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import { capped } from "./capped.js"
import { shownCause } from "./foreignText.js"
import { warn } from "./report.js"

/** How sinks are released. */
export interface ReleaseOptions {
  /** What is done with a release that dies where the body succeeded; where it did not, it is reported in any case. Default `"raise"`. */
  readonly onSinkError?: "raise" | "report" | undefined
  /** How long one release may take before it is given up. */
  readonly closeTimeout: Duration.DurationInput
}

/** A sink that was acquired, or is about to be. */
export interface SinkScope {
  readonly scope: Scope.CloseableScope
  /** Named in reports about its release. */
  name: string
  /** As in `ReleaseOptions`, for this one. */
  closeTimeout: Duration.DurationInput
}

/** Acquires sinks, each in a scope of its own. */
export interface SinkScopes {
  readonly acquire: <A, E, R>(use: (place: SinkScope) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** What a fiber was before its sinks were acquired, and is since. */
interface Surroundings {
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
    const surroundings: Surroundings = { before, inside: before, tracer: yield* Effect.tracer }
    // Not `addFinalizer`: it puts the fiber's references back after a release, and with them the tracer that a sink had installed.
    yield* Scope.addFinalizerExit(
      outer,
      (exit) => Effect.ensuring(closeAll(places, exit, options), takeBack(surroundings))
    )
    return {
      acquire: (use) =>
        Effect.gen(function*() {
          const place = { scope: yield* Scope.make(), name: "unnamed", closeTimeout: options.closeTimeout }
          places.push(place)
          // However it ends: an interruption may come right after the sink has changed the fiber.
          return yield* Effect.onExit(use(place), () => note(surroundings))
        })
    }
  }))

const note = (surroundings: Surroundings): Effect.Effect<void> =>
  Effect.flatMap(Effect.zip(Effect.getFiberRefs, Effect.tracer), ([inside, tracer]) =>
    Effect.sync(() => {
      surroundings.inside = inside
      surroundings.tracer = tracer
    }))

// Only where they are still there: the scope may be closed by a fiber that never saw the sinks.
const takeBack = ({ before, inside, tracer }: Surroundings): Effect.Effect<void> =>
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
    const cause = causes.reduce(Cause.sequential)
    // Beside the program's own cause it would change what the program failed with.
    return onSinkError === "report" || Exit.isFailure(exit)
      ? Effect.sync(() => warn(`A telemetry sink failed to close: ${shownCause(cause)}`))
      : Effect.failCause(cause)
  })

const released = (
  places: ReadonlyArray<SinkScope>,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<ReadonlyArray<Exit.Exit<void>>> =>
  Effect.flatMap(Effect.runtime<never>(), (runtime) => {
    // Begun here and now, up to where they first wait: that keeps their order.
    const closing = [...places].reverse().map((place) => Runtime.runFork(runtime)(releasedInTime(place, exit)))
    return Effect.forEach(closing, Fiber.await)
  })

const releasedInTime = (place: SinkScope, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(
    capped(Effect.uninterruptible(Scope.close(place.scope, exit)), place.closeTimeout),
    (done) => done._tag === "Some" ? Effect.void : Effect.sync(() => giveUp(place))
  )

const giveUp = ({ closeTimeout, name }: SinkScope): void =>
  warn(`The telemetry sink "${name}" did not close within ${Duration.format(closeTimeout)} and was given up`)
