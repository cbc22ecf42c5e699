/**
 * What a backend wants to see of a span, as a pure function of what was recorded.
 *
 * A dialect adds attributes under the names that its backends read; the recorded ones stay beside them. It knows neither OpenTelemetry's SDK nor
 * Effect, so that the sink and the readers' export use the same tables.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { isFailed, type Outcome } from "../records/SpanRecord.js"
import type { AttributeKey } from "../records/vocabulary.js"

/** A finished span, as dialects see it. */
export interface DialectSpan {
  readonly name: string
  readonly attributes: Attributes
  readonly outcome: Outcome
  readonly exception: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** The session that the span belongs to, even if the span itself does not carry it. */
  readonly sessionId: string | undefined
  /** The user that the span belongs to, even if the span itself does not carry it. */
  readonly userId: string | undefined
}

/** Takes an attribute under another name; nothing where there is no value. */
export type Put = (key: string, value: AttributeValue | undefined) => void

/**
 * Says what a span is in the words of a backend. Attributes are handed over one by one: an object of them for each dialect, and one for
 * each group in it, would be most of what a span costs on its way into OpenTelemetry.
 */
export type Dialect = (span: DialectSpan, put: Put) => void

/** An attribute that is a text, else `undefined`. */
export const textOf = (attributes: Attributes, key: AttributeKey): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** An attribute that is a number, else `undefined`. */
export const numberOf = (attributes: Attributes, key: AttributeKey): number | undefined => {
  const value = attributes[key]
  return typeof value === "number" ? value : undefined
}

/** The two halves of a recorded exception, `Name: message`. */
export const exceptionParts = (exception: string): { readonly type: string; readonly message: string } => {
  const match = /^([\w$.]+): ([^]*)$/.exec(exception)
  return match === null ? { type: "Error", message: exception } : { type: match[1]!, message: match[2]! }
}

/** `error.type` of a failed span (semantic conventions 1.41.1): the name of its exception, or `_OTHER` without one. */
export const errorType = (span: Pick<DialectSpan, "outcome" | "attributes" | "exception">): string | undefined =>
  !isFailed(span) ? undefined : span.exception === null ? "_OTHER" : exceptionParts(span.exception).type
