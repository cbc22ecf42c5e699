/**
 * A clock that is set manually, as by an administrator or a time server. It stands still unless it is moved. Sleeping takes real time.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface SetClock {
  readonly layer: Layer.Layer<never>
  /** Moves it by this many milliseconds, which may be negative. */
  readonly move: (milliseconds: number) => Effect.Effect<void>
}

/** Starts in November 2023. */
export const setClock = (): SetClock => {
  const live = Clock.make()
  let nanos = BigInt(1_700_000_000_000) * BigInt(1_000_000)
  const millis = () => Number(nanos / BigInt(1_000_000))
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: () => nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(() => nanos),
    sleep: (duration) => live.sleep(duration)
  }
  return {
    layer: Layer.setClock(clock),
    move: (milliseconds) =>
      Effect.sync(() => {
        nanos += BigInt(Math.round(milliseconds * 1_000_000))
      })
  }
}
