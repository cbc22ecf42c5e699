/**
 * Maps a span to the attributes that a backend reads, as a pure function of the record.
 *
 * A dialect adds attributes under the names that its backends read, next to the recorded ones. It uses neither OpenTelemetry's SDK nor Effect, so
 * that the sink and the readers' export can share the same tables.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { exceptionParts } from "../records/exceptionText.js"
import type { SpanData } from "../records/SpanData.js"
import { isFailed, type Outcome } from "../records/SpanRecord.js"
import type { AttributeKey } from "../records/vocabulary.js"

/** A finished span, as dialects see it. */
export interface DialectSpan {
  readonly name: string
  readonly attributes: Attributes
  readonly outcome: Outcome
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** See `errorType`. */
  readonly errorType: string | undefined
  /** The session that the span belongs to, even if the span itself does not carry it. */
  readonly sessionId: string | undefined
  /** The user that the span belongs to, even if the span itself does not carry it. */
  readonly userId: string | undefined
}

/** Adds an attribute; does nothing without a value. */
export type Put = (key: string, value: AttributeValue | undefined) => void

/**
 * Adds a backend's attributes for a span, one by one: an object per dialect would be most of the cost of exporting a span to OpenTelemetry.
 */
export type Dialect = (span: DialectSpan, put: Put) => void

/** Session and user, under the names that Langfuse and OpenInference share. */
export const owner: Dialect = ({ sessionId, userId }, put) => {
  put("session.id", sessionId)
  put("user.id", userId)
}

/** The attribute, if it is a non-empty string. */
export const textOf = (attributes: Attributes, key: AttributeKey): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** The attribute, if it is a number. */
export const numberOf = (attributes: Attributes, key: AttributeKey): number | undefined => {
  const value = attributes[key]
  return typeof value === "number" ? value : undefined
}

/** `error.type` of a failed span (semantic conventions 1.41.1): the name of its exception, or `_OTHER` without one. */
export const errorType = (span: Pick<SpanData, "outcome" | "attributes" | "exception">): string | undefined =>
  !isFailed(span) ? undefined : span.exception === null ? "_OTHER" : exceptionParts(span.exception).type
