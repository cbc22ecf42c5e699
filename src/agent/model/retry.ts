/**
 * Which failed model calls are retried, and after what delay.
 *
 * Only transient failures are retried: no connection, or a server that is busy or broken. A delay that the server asks for is honored, within limits.
 */
import * as AiError from "@effect/ai/AiError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { asksForRetry, transientErrors } from "../providers/table.js"
import { property } from "../Usage.js"

/** Request Timeout, Conflict, Too Early, Too Many Requests (RFC 9110, RFC 6585, RFC 8470). All 5xx statuses are transient too. */
const transientStatus = new Set([408, 409, 425, 429])

/** Our own error for an answer that ends without its last part. */
const streamEnded = "stream_ended"

/** Whether the same call may succeed if it is retried. */
export const isTransient = (error: AiError.AiError): boolean => {
  switch (error._tag) {
    case "HttpRequestError":
      return error.reason === "Transport"
    case "HttpResponseError":
      return error.reason === "StatusCode"
        ? isTransientResponse(error.response)
        // The body of a successful response could not be read: the connection broke.
        : error.reason === "Decode" && error.response.status < 300
    case "UnknownError":
      return isTransientEvent(error.cause)
    default:
      return false
  }
}

const isTransientResponse = ({ headers, status }: AiError.HttpResponseError["response"]): boolean =>
  asksForRetry(headers as { readonly [name: string]: string }) ?? (transientStatus.has(status) || status >= 500)

const isTransientEvent = (event: unknown): boolean =>
  property(event, "type") === streamEnded ||
  transientErrors.has(property(event, "type")) || transientErrors.has(property(event, "code"))

/** The error for an answer that is cut off by an error event. */
export const brokenOff = (error: unknown): AiError.AiError =>
  new AiError.UnknownError({
    module: "loom-telemetry",
    method: "callModel",
    description: "The model's answer broke off with an error",
    cause: error
  })

/** The error for an answer that ends without its last part. */
export const endedEarly = (): AiError.AiError =>
  new AiError.UnknownError({
    module: "loom-telemetry",
    method: "callModel",
    description: "The model's answer ended before it was finished",
    cause: { type: streamEnded }
  })

/** The error for an answer that is interrupted although the call is not, because the vendor's stream interrupts itself. */
export const interruptedInside = (): AiError.AiError =>
  new AiError.UnknownError({
    module: "loom-telemetry",
    method: "callModel",
    description: "The model's answer was interrupted from inside"
  })

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

const base = Duration.toMillis("500 millis")
const cap = Duration.toMillis("30 seconds")
/** The longest wait that a server can ask for. */
const longestRetryAfter = Duration.toMillis("60 seconds")

/**
 * The delay that the server asks for, in milliseconds: `retry-after` in seconds or as a date (RFC 9110 section 10.2.3), or the `retry-after-ms`
 * that some vendors send.
 */
const retryAfterMillis = (error: AiError.AiError, now: number): number | undefined => {
  if (error._tag !== "HttpResponseError") {
    return undefined
  }
  const { "retry-after": after, "retry-after-ms": afterMillis } = error.response.headers
  const asked = [millis(afterMillis, 1), millis(after, 1000), untilDate(after, now)].find(Number.isFinite)
  return asked === undefined || asked < 0 ? undefined : Math.min(asked, longestRetryAfter)
}

const millis = (header: unknown, unit: number): number =>
  typeof header === "string" && header.trim() !== "" ? Number(header) * unit : Number.NaN

const untilDate = (header: unknown, now: number): number =>
  typeof header === "string" ? Math.max(0, Date.parse(header) - now) : Number.NaN

// Jitter keeps many clients from retrying at the same moment. Under a clock such as `TestClock` there is only one client, and tests need a fixed delay.
const jitter: Effect.Effect<number> = Effect.clockWith((clock) => clock === liveClock ? Random.next : Effect.succeed(1))

/**
 * The delay before retry number `attempt`, counted from 0: what the server asks for, else exponential with full jitter. Without jitter if the
 * program does not use the system clock.
 */
export const delayBefore = (error: AiError.AiError, attempt: number): Effect.Effect<Duration.Duration> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const asked = retryAfterMillis(error, now)
    return asked !== undefined
      ? Effect.succeed(wholeMillis(asked))
      : Effect.map(jitter, (random) => wholeMillis(random * Math.min(cap, base * 2 ** attempt)))
  })

// `TestClock` fails on fractions of a millisecond, which would break the tests of anyone who uses an agent.
const wholeMillis = (delay: number): Duration.Duration => Duration.millis(Math.round(delay))
