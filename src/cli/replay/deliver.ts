/**
 * One OTLP/HTTP request to a receiver, made again until it is taken or refused for good (OTLP specification 1.7, "OTLP/HTTP Response" and "Failures").
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { OtlpRequest } from "../../readers/OtlpJson.js"
import { InputError } from "../Failure.js"

/** Where requests go. */
export interface Receiver {
  /** The base address: `/v1/traces` and `/v1/metrics` are added to it. */
  readonly endpoint: URL
  readonly headers: { readonly [name: string]: string }
  /** How long one request may be tried, all attempts together. */
  readonly patience: Duration.Duration
}

/** What a receiver says of a request that it took. */
export interface Taken {
  /** Spans or measurements that it refused one by one. */
  readonly rejected: number
  readonly message: string
}

/** Status codes that ask for the same request again. */
const again = new Set([429, 502, 503, 504])

const attemptTimeout = 10_000
const firstDelay = 200
const longestDelay = 5000

type Answer =
  | { readonly kind: "taken"; readonly taken: Taken }
  | { readonly kind: "again"; readonly after: number | undefined; readonly why: string }
  | { readonly kind: "refused"; readonly why: string }

/** The address of a signal. */
const addressOf = (endpoint: URL, signal: OtlpRequest["signal"]): URL => {
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`
  return url
}

/** Milliseconds that `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). */
const retryAfter = (header: string | null, now: number): number | undefined => {
  if (header === null) {
    return undefined
  }
  const seconds = Number(header)
  const millis = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000
  return Number.isNaN(millis) ? undefined : Math.max(0, millis)
}

const partialSuccess = (body: string): Taken => {
  try {
    const { partialSuccess: partial } = JSON.parse(body) as {
      readonly partialSuccess?: { readonly [key: string]: unknown }
    }
    const rejected = Number(partial?.["rejectedSpans"] ?? partial?.["rejectedDataPoints"] ?? 0)
    return { rejected: Number.isFinite(rejected) ? rejected : 0, message: String(partial?.["errorMessage"] ?? "") }
  } catch {
    return { rejected: 0, message: "" }
  }
}

const post = (receiver: Receiver, { body, signal }: OtlpRequest): Effect.Effect<Answer> =>
  Effect.flatMap(Effect.clock, (clock) =>
    Effect.promise(async (abort): Promise<Answer> => {
      try {
        const response = await fetch(addressOf(receiver.endpoint, signal), {
          method: "POST",
          headers: { "content-type": "application/json", ...receiver.headers },
          body,
          redirect: "manual",
          signal: AbortSignal.any([abort, AbortSignal.timeout(attemptTimeout)])
        })
        const text = await response.text()
        const why = `it answered ${response.status}${text === "" ? "" : ` (${text.slice(0, 200)})`}`
        if (response.ok) {
          return { kind: "taken", taken: partialSuccess(text) }
        }
        return again.has(response.status)
          ? {
            kind: "again",
            after: retryAfter(response.headers.get("retry-after"), clock.unsafeCurrentTimeMillis()),
            why
          }
          : { kind: "refused", why }
      } catch (error) {
        return { kind: "again", after: undefined, why: reasonOf(error) }
      }
    }))

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}

/** Sends a request. `onTrouble` hears each time that it has to wait. */
export const deliver = (
  receiver: Receiver,
  request: OtlpRequest,
  onTrouble: (why: string) => Effect.Effect<void>
): Effect.Effect<Taken, InputError> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const end = clock.unsafeCurrentTimeMillis() + Duration.toMillis(receiver.patience)
    for (let delay = firstDelay;; delay = Math.min(delay * 2, longestDelay)) {
      const answer = yield* post(receiver, request)
      if (answer.kind === "taken") {
        return answer.taken
      }
      const wait = answer.kind === "again" ? answer.after ?? delay : 0
      if (answer.kind === "refused" || clock.unsafeCurrentTimeMillis() + wait > end) {
        return yield* Effect.fail(
          new InputError({ message: `${receiver.endpoint.href} did not take the records: ${answer.why}` })
        )
      }
      yield* onTrouble(answer.why)
      yield* Effect.sleep(wait)
    }
  })
