/**
 * Work that is given up after a while, also where it stands in a finalizer and cannot be interrupted itself.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

/**
 * `None` where the work was not done in time; it may go on in the background then.
 *
 * The order matters. What is disconnected is waited for with the interruptibility of the place: in a finalizer that is none, unless it
 * is made interruptible around it, and the timeout would wait for what it has just given up.
 */
export const capped = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  cap: Duration.DurationInput
): Effect.Effect<Option.Option<A>, E, R> =>
  self.pipe(Effect.disconnect, Effect.interruptible, Effect.timeoutOption(cap))
