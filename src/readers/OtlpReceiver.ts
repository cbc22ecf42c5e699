/**
 * Sends the requests of `OtlpJson` to an OTLP/HTTP receiver, retrying while it is down or busy.
 */
import * as Effect from "effect/Effect"
import { decoded, sentSecrets, withoutEchoes } from "../records/echoes.js"
import {
  type Answer,
  connectionError,
  deliver,
  maxAnswer,
  type Refused,
  refusedOf,
  type Undelivered
} from "../records/otlpDelivery.js"
import type { OtlpRequest } from "./OtlpJson.js"

export interface OtlpReceiver {
  /** The base address; `/v1/traces`, `/v1/metrics` or `/v1/logs` is appended. */
  readonly endpoint: URL
  readonly headers: { readonly [name: string]: string }
  /** Milliseconds to keep trying one request. */
  readonly patience: number
  /** Makes text from the receiver or the system safe to print. */
  readonly shown: (text: string) => string
}

const attemptTimeout = 10_000

/** The URL and headers of a request. Credentials move into a header, because `fetch` rejects a URL that contains them. */
const targetOf = ({ endpoint, headers }: OtlpReceiver, signal: OtlpRequest["signal"]) => {
  const url = new URL(endpoint)
  const { password, username } = url
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`
  url.username = url.password = ""
  const login = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`)
  return {
    url,
    headers: {
      "content-type": "application/json",
      ...(username + password !== "" && { authorization: `Basic ${btoa(String.fromCharCode(...login))}` }),
      ...headers
    }
  }
}

/** Reads the beginning of a response. If the connection breaks, the status still counts. */
const readAnswer = async (response: Response, shown: OtlpReceiver["shown"]): Promise<Answer> => {
  const decoder = new TextDecoder()
  let text = ""
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length >= maxAnswer) {
        break
      }
    }
  } catch {
    // The status has arrived.
  }
  const body = text.slice(0, maxAnswer)
  return {
    status: response.status,
    reason: [response.statusText, body].filter(Boolean).map(shown).join(": "),
    retryAfter: response.headers.get("retry-after") ?? undefined,
    body: new TextEncoder().encode(body)
  }
}

const causeOf = (error: unknown): Error => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause : new Error(String(cause))
}

const refusedIn = (answer: Uint8Array): Refused | undefined => {
  try {
    const { partialSuccess: partial } = JSON.parse(new TextDecoder().decode(answer)) as {
      readonly partialSuccess?: { readonly [key: string]: unknown }
    }
    return refusedOf(
      partial?.["rejectedSpans"] ?? partial?.["rejectedDataPoints"] ?? partial?.["rejectedLogRecords"],
      partial?.["errorMessage"]
    )
  } catch {
    return undefined
  }
}

/** Sends a request and returns which part of it the receiver rejected, if any. `onRetry` runs with the reason for each retry. */
export const send = (
  receiver: OtlpReceiver,
  { body, signal }: OtlpRequest,
  onRetry: (reason: string) => Effect.Effect<void>
): Effect.Effect<Refused | undefined, Undelivered> => {
  const { headers, url } = targetOf(receiver, signal)
  const secrets = sentSecrets(receiver.endpoint.href, receiver.headers)
  const shown = (text: string) => receiver.shown(withoutEchoes(text, secrets))
  const post = (bytes: Uint8Array) =>
    Effect.tryPromise({
      try: async (abort) =>
        readAnswer(
          await fetch(url, { method: "POST", headers, body: bytes, redirect: "manual", signal: abort }),
          shown
        ),
      catch: (error) => connectionError(causeOf(error), shown)
    })
  const patience = { attempt: attemptTimeout, total: receiver.patience }
  return deliver(post, new TextEncoder().encode(body), patience, ({ message }) => onRetry(message)).pipe(
    Effect.map((answer) => {
      const refused = refusedIn(answer)
      return refused && { ...refused, reason: shown(refused.reason) }
    })
  )
}
