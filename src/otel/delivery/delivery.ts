/**
 * One export on its way: tried until the receiver has taken it, has refused it, or its time is over.
 *
 * What OTLP asks (specification 1.9, "OTLP/HTTP Response"): 429, 502, 503, 504 and a broken connection are tried again, after what `retry-after`
 * says or with growing pauses; every other answer is final. It knows nothing of connections: those are behind `Post`. It can be interrupted at
 * any point, which is why it is not the official exporters' own: their pauses hold the process for seconds after everything is closed.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** What a receiver answered. */
export interface Answer {
  readonly status: number
  /** The words beside the status, and of the body what is text. */
  readonly reason: string
  readonly retryAfter: string | undefined
  readonly body: Uint8Array
}

/** An attempt that did not arrive. */
export class Undelivered extends Data.TaggedError("Undelivered")<{
  readonly message: string
  readonly isFinal: boolean
  /** Milliseconds that the receiver asks to wait. */
  readonly retryAfter?: number
}> {}

/** Sends a body once. */
export type Post = (body: Uint8Array) => Effect.Effect<Answer, Undelivered>

/** How long is waited. Both in milliseconds. */
export interface Patience {
  /** For the answer to one attempt. */
  readonly attempt: number
  /** For all attempts and the pauses between them. */
  readonly total: number
}

const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** `retry-after` in milliseconds: seconds, or a date (RFC 9110, section 10.2.3). */
const retryAfterOf = (text: string | undefined, now: number): number | undefined => {
  if (text === undefined) {
    return undefined
  }
  const wait = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.max(wait, shortestPause)
}

const judge = (answer: Answer): Effect.Effect<Uint8Array, Undelivered> =>
  answer.status >= 200 && answer.status <= 299
    ? Effect.succeed(answer.body)
    : Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const retryAfter = retryAfterOf(answer.retryAfter, now)
      return new Undelivered({
        message: `HTTP ${answer.status} ${answer.reason}`.trim(),
        isFinal: !retryable.has(answer.status),
        ...(retryAfter !== undefined && { retryAfter })
      })
    })

const once = (post: Post, body: Uint8Array, millis: number): Effect.Effect<Uint8Array, Undelivered> =>
  Effect.flatMap(post(body), judge).pipe(
    Effect.timeoutFail({
      duration: millis,
      onTimeout: () =>
        new Undelivered({ message: `no answer within ${Duration.format(Duration.millis(millis))}`, isFinal: false })
    })
  )

// A receiver that asks for an immediate retry gets one soon, but not in a loop without a pause.
const shortestPause = 100

/** Whole milliseconds before the attempt after this one: from 1 s, half as long again each time up to 5 s, a fifth more or less. */
const pause = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.nextRange(0.8, 1.2), (jitter) => Math.round(Math.min(1000 * 1.5 ** attempt, 5000) * jitter))

const nowMillis = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / BigInt(1_000_000)))

/** Delivers a body and gives what the receiver answered. `onTrouble` is told of each attempt after which there is another. */
export const deliver = (
  post: Post,
  body: Uint8Array,
  patience: Patience,
  onTrouble: (failure: Undelivered) => void = () => {}
): Effect.Effect<Uint8Array, Undelivered> => {
  const attempts = (count: number, deadline: number): Effect.Effect<Uint8Array, Undelivered> =>
    Effect.catchAll(
      once(post, body, patience.attempt),
      (failure) =>
        failure.isFinal ? failure : Effect.gen(function*() {
          const wait = failure.retryAfter ?? (yield* pause(count))
          if ((yield* nowMillis) + wait > deadline) {
            return yield* failure
          }
          onTrouble(failure)
          return yield* Effect.delay(attempts(count + 1, deadline), wait)
        })
    )
  return Effect.flatMap(nowMillis, (now) => attempts(0, now + patience.total))
}
