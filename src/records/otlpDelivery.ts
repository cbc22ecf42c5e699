/**
 * Delivers one OTLP request: sends it until the receiver accepts or refuses it, or the time is up.
 *
 * The OpenTelemetry sink and `replay` share these OTLP retry rules (specification 1.9, "OTLP/HTTP Response" and "Failures"): 429, 502, 503, 504 and
 * connection errors are retried, after `retry-after` or with growing pauses; every other response is final. `Post` hides the connection. A delivery
 * can be interrupted at any point, unlike in the official exporters, whose timers keep the process alive after the sink has closed.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** A receiver's response. */
export interface Answer {
  readonly status: number
  /** The status text and, if the body is text, the body; safe to log. */
  readonly reason: string
  /** The `retry-after` header. */
  readonly retryAfter: string | undefined
  readonly body: Uint8Array
}

/** A request that was not accepted. */
export class Undelivered extends Data.TaggedError("Undelivered")<{
  readonly message: string
  /** Whether a retry would fail the same way. */
  readonly isFinal: boolean
  /** How long the receiver asks to wait, in milliseconds. */
  readonly retryAfter?: number | undefined
  /** Whether the content was refused or could not be encoded: a part of it may still be accepted. */
  readonly isAboutContent?: boolean
}> {}

/** Sends a body once. */
export type Post = (body: Uint8Array) => Effect.Effect<Answer, Undelivered>

/** Timeouts in milliseconds. */
export interface Patience {
  /** For the response to one attempt. */
  readonly attempt: number
  /** For all attempts, including the pauses between them. */
  readonly total: number
}

/** At most this many bytes of a response are read. */
export const maxAnswer = 65_536

const retryableStatus: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Bad request, content too large, unprocessable content. */
const contentStatus: ReadonlySet<number> = new Set([400, 413, 422])

/** Transient connection errors of Node and its `fetch`. Others, such as an invalid certificate, do not go away. */
const retryableCode: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT"
])

/** A connection error, with its message made safe to log. If several addresses were tried, it has a code but no message. */
export const connectionError = (
  { code, message, name }: Error & { readonly code?: string },
  shown: (text: string) => string
): Undelivered =>
  new Undelivered({
    message: shown(message || (code ?? name)),
    isFinal: code === undefined || !retryableCode.has(code)
  })

/** The shortest pause in milliseconds: a receiver that asks for an immediate retry must not cause a busy loop. */
const minPause = 100

/** `retry-after` in milliseconds: seconds, or a date (RFC 9110, section 10.2.3). */
const retryAfterMillis = (text: string | undefined, now: number): number | undefined => {
  if (text === undefined) {
    return undefined
  }
  const wait = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.max(wait, minPause)
}

/** The failure that a response means; `undefined` if the request was accepted. `now` is in milliseconds since the epoch. */
const failureOf = ({ reason, retryAfter, status }: Answer, now: number): Undelivered | undefined =>
  status >= 200 && status <= 299 ? undefined : new Undelivered({
    message: `HTTP ${status} ${reason}`.trim(),
    isFinal: !retryableStatus.has(status),
    isAboutContent: contentStatus.has(status),
    retryAfter: retryAfterMillis(retryAfter, now)
  })

/** The part of an accepted request that the receiver refused (OTLP "partial success"). */
export interface Refused {
  /** Spans or data points, ≥ 1. */
  readonly count: number
  readonly reason: string
}

/** Converts to a number, like `Number`; `NaN` if the conversion throws. */
const numberOf = (value: unknown): number => {
  try {
    return Number(value)
  } catch {
    return NaN
  }
}

/** Reads the count and message of a partial success. OTLP/JSON writes 64-bit numbers as strings. Anything invalid means that nothing was refused. */
export const refusedOf = (rejected: unknown, reason: unknown): Refused | undefined => {
  const count = numberOf(rejected ?? 0)
  return Number.isInteger(count) && count > 0
    ? { count, reason: typeof reason === "string" ? reason : "no reason given" }
    : undefined
}

const nowMillis = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / BigInt(1_000_000)))

const sendOnce = (post: Post, body: Uint8Array, millis: number): Effect.Effect<Uint8Array, Undelivered> =>
  post(body).pipe(
    Effect.zip(nowMillis),
    Effect.flatMap(([answer, now]) => failureOf(answer, now) ?? Effect.succeed(answer.body)),
    Effect.timeoutFail({
      duration: millis,
      onTimeout: () =>
        new Undelivered({ message: `no answer within ${Duration.format(Duration.millis(millis))}`, isFinal: false })
    })
  )

/** Whole milliseconds before the next attempt: 1 s at first, growing by half each time up to 5 s, with 20 % jitter. */
const pause = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.nextRange(0.8, 1.2), (jitter) => Math.round(Math.min(1000 * 1.5 ** attempt, 5000) * jitter))

/** Delivers a body and returns the body of the receiver's response. `onRetry` runs after each failed attempt that will be retried. */
export const deliver = (
  post: Post,
  body: Uint8Array,
  patience: Patience,
  onRetry: (failure: Undelivered) => Effect.Effect<void>
): Effect.Effect<Uint8Array, Undelivered> => {
  const attempts = (count: number, deadline: number): Effect.Effect<Uint8Array, Undelivered> =>
    Effect.catchAll(
      sendOnce(post, body, patience.attempt),
      (failure) =>
        failure.isFinal ? failure : Effect.gen(function*() {
          const wait = failure.retryAfter ?? (yield* pause(count))
          if ((yield* nowMillis) + wait > deadline) {
            return yield* failure
          }
          yield* onRetry(failure)
          return yield* Effect.delay(attempts(count + 1, deadline), wait)
        })
    )
  return Effect.flatMap(nowMillis, (now) => attempts(0, now + patience.total))
}
