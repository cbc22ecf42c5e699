/**
 * Ids of runs: `run_` and a ULID, so that they sort by the time at which the run began.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Crockford's base 32, as the ULID specification uses it. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const timeDigits = (millis: number): string => {
  let rest = millis
  let digits = ""
  for (let index = 0; index < 10; index++) {
    digits = alphabet[rest % 32] + digits
    rest = Math.floor(rest / 32)
  }
  return digits
}

const randomDigit = Effect.map(Random.nextIntBetween(0, 32), (index) => alphabet[index])

/** A new run id; time from the Clock, randomness from `Random`. */
export const makeRunId: Effect.Effect<string> = Effect.zipWith(
  Clock.currentTimeMillis,
  Effect.replicateEffect(randomDigit, 16),
  (millis, random) => `run_${timeDigits(Math.max(0, millis))}${random.join("")}`
)
