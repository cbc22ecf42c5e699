/**
 * When a failed model call is tried again, and after how long.
 *
 * Only what passes by itself is retried: no connection, a server that is busy or broken. A server that says when to come back is believed,
 * within reason.
 */
import * as AiError from "@effect/ai/AiError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Request Timeout, Conflict, Too Early, Too Many Requests; 5xx beside them (RFC 9110, RFC 6585, RFC 8470). */
const transientStatus = new Set([408, 409, 425, 429])

/** What vendors call it in the middle of a stream: `type` of Anthropic's error event, `code` of OpenAI's. */
const transientErrors: ReadonlySet<unknown> = new Set([
  "api_error",
  "overloaded_error",
  "rate_limit_error",
  "timeout_error",
  "rate_limit_exceeded",
  "server_error"
])

/** Said of an answer that ends without its last part. */
const streamEnded = "stream_ended"

/** Whether the same call may succeed a little later. */
export const isTransient = (error: AiError.AiError): boolean => {
  switch (error._tag) {
    case "HttpRequestError":
      return error.reason === "Transport"
    case "HttpResponseError":
      return error.reason === "StatusCode"
        ? isTransientResponse(error.response)
        // The body of an answer that began well could not be read: the connection broke.
        : error.reason === "Decode" && error.response.status < 300
    case "UnknownError":
      return isTransientEvent(error.cause)
    default:
      return false
  }
}

const isTransientResponse = ({ headers, status }: AiError.HttpResponseError["response"]): boolean => {
  // Both vendors' own clients do what it says, whatever the status: https://github.com/anthropics/anthropic-sdk-typescript, openai-node.
  const asked = headers["x-should-retry"]
  return asked === "true" || (asked !== "false" && (transientStatus.has(status) || status >= 500))
}

const isTransientEvent = (event: unknown): boolean =>
  typeof event === "object" && event !== null &&
  (("type" in event && (event.type === streamEnded || transientErrors.has(event.type))) ||
    ("code" in event && transientErrors.has(event.code)))

/** The model sent an error in place of the rest of its answer. */
export const brokenOff = (error: unknown): AiError.AiError =>
  new AiError.UnknownError({
    module: "loom-telemetry",
    method: "callModel",
    description: "The model's answer broke off with an error",
    cause: error
  })

/** The answer ended without its last part: the rest of it is missing. */
export const endedEarly = (): AiError.AiError =>
  new AiError.UnknownError({
    module: "loom-telemetry",
    method: "callModel",
    description: "The model's answer ended before it was finished",
    cause: { type: streamEnded }
  })

const base = Duration.toMillis("500 millis")
const cap = Duration.toMillis("30 seconds")
/** A server that asks for more is not waited for longer than this. */
const longestRetryAfter = Duration.toMillis("60 seconds")

/**
 * What the server asked for, in milliseconds: `retry-after` as seconds or as a date (RFC 9110 section 10.2.3), or the `retry-after-ms` that
 * some vendors send.
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

/** How long to wait before the attempt after `attempt` failures: exponential with full jitter, or what the server asked for. */
export const delayBefore = (error: AiError.AiError, attempt: number): Effect.Effect<Duration.Duration> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const asked = retryAfterMillis(error, now)
    return asked !== undefined
      ? Effect.succeed(wholeMillis(asked))
      : Effect.map(Random.next, (random) => wholeMillis(random * Math.min(cap, base * 2 ** attempt)))
  })

// `TestClock` cannot stand at a fraction of a millisecond: the tests of whoever uses an agent would die of it.
const wholeMillis = (delay: number): Duration.Duration => Duration.millis(Math.round(delay))
