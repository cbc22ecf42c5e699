/**
 * A clock that a test moves manually. Unlike `TestClock` it never waits for real time, so a test can move it thousands of times.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** The clock; it starts in 1970. */
export class ManualClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  readonly currentTimeMillis = Effect.sync(() => this.now)
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())
  private now = 0
  private sleepers = new Set<Sleeper>()

  unsafeCurrentTimeMillis(): number {
    return this.now
  }

  unsafeCurrentTimeNanos(): bigint {
    return BigInt(this.now) * BigInt(1_000_000)
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const sleeper = { until: this.now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.sleepers.add(sleeper)
      return Effect.sync(() => void this.sleepers.delete(sleeper))
    })
  }

  /** Moves the clock by this many milliseconds. */
  advance(millis: number): void {
    this.now += millis
    for (const sleeper of [...this.sleepers]) {
      if (sleeper.until <= this.now) {
        this.sleepers.delete(sleeper)
        sleeper.wake()
      }
    }
  }
}
