/**
 * Work that is given up after a while, also where it stands in a finalizer and cannot be interrupted itself.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"

/**
 * `None` where the work was not done in time; it may go on in the background then.
 *
 * It runs in a fiber of its own that begins here and now: what needs no waiting is done at once, so that releases without a pause keep
 * their order. The wait for the rest is a fiber of its own as well. In a finalizer it would else be no wait: a fiber that is interrupted
 * passes that on to its children, and would lose what it is just saving.
 */
export const capped = <A, E, R>(
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
