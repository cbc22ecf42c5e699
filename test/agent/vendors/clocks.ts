/**
 * Clocks that do not wait, and record the delays instead.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** A clock that never waits, and the delays it was asked for, in milliseconds. */
export interface ImpatientClock {
  readonly clock: Clock.Clock
  readonly waits: ReadonlyArray<number>
}

/** Shows real time, or stands still at `now` (milliseconds since the epoch). */
export const impatientClock = (now?: number): ImpatientClock => {
  const waits: Array<number> = []
  const live = Clock.make()
  const clock: Clock.Clock = Object.assign(Object.create(live), {
    sleep: (duration: Duration.Duration) => Effect.sync(() => void waits.push(Duration.toMillis(duration))),
    ...(now !== undefined && { currentTimeMillis: Effect.succeed(now), unsafeCurrentTimeMillis: () => now })
  })
  return { clock, waits }
}
