/**
 * One OTLP/HTTP request to a receiver, made again until it is taken or refused for good (OTLP specification 1.7, "OTLP/HTTP Response" and "Failures").
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { OtlpRequest } from "../../readers/OtlpJson.js"
import { confided, withoutEchoes } from "../../records/echoes.js"
import { IoError } from "../Failure.js"
import { line } from "../output/Output.js"

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

/** The most of an answer that is read, and of what it says that is shown, in characters. */
const longestAnswer = 65_536
const longestReason = 300

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
    const message = partial?.["errorMessage"]
    return {
      rejected: Number.isInteger(rejected) && rejected > 0 ? rejected : 0,
      message: typeof message === "string" ? message : ""
    }
  } catch {
    return { rejected: 0, message: "" }
  }
}

/** The beginning of an answer; the rest is not waited for. */
const beginningOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length >= longestAnswer) {
      break
    }
  }
  return text.slice(0, longestAnswer)
}

const post = (receiver: Receiver, { body, signal }: OtlpRequest): Effect.Effect<Answer> => {
  const secrets = confided(receiver.endpoint.href, receiver.headers)
  const shown = (text: string) => line(withoutEchoes(text, secrets), longestReason)
  return Effect.flatMap(Effect.clock, (clock) =>
    Effect.promise(async (abort): Promise<Answer> => {
      try {
        const response = await fetch(addressOf(receiver.endpoint, signal), {
          method: "POST",
          headers: { "content-type": "application/json", ...receiver.headers },
          body,
          redirect: "manual",
          signal: AbortSignal.any([abort, AbortSignal.timeout(attemptTimeout)])
        })
        const text = await beginningOf(response)
        const why = `it answered ${response.status}${text === "" ? "" : ` (${shown(text)})`}`
        if (response.ok) {
          const { message, rejected } = partialSuccess(text)
          return { kind: "taken", taken: { rejected, message: shown(message) } }
        }
        return again.has(response.status)
          ? {
            kind: "again",
            after: retryAfter(response.headers.get("retry-after"), clock.unsafeCurrentTimeMillis()),
            why
          }
          : { kind: "refused", why }
      } catch (error) {
        return { kind: "again", after: undefined, why: shown(reasonOf(error)) }
      }
    }))
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}

/** Sends a request. `onTrouble` hears each time that it has to wait. */
export const deliver = (
  receiver: Receiver,
  request: OtlpRequest,
  onTrouble: (why: string) => Effect.Effect<void>
): Effect.Effect<Taken, IoError> =>
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
          new IoError({ message: `${receiver.endpoint.href} did not take the records: ${answer.why}` })
        )
      }
      yield* onTrouble(answer.why)
      yield* Effect.sleep(wait)
    }
  })
