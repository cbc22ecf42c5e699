/**
 * A span that has ended: the plain, deep-frozen data that every sink receives and every reader returns.
 * A span that is still open is a `SpanStart`.
 */
import type { Attributes } from "./attributes.js"

/** How the body of a span ended: with a value, with an error or defect, or by being interrupted. */
export type Outcome = "success" | "failure" | "interrupted"

/** Something that happened at one instant inside a span, such as an `Effect.log`. */
export interface SpanEvent {
  /** What happened; for a log entry, its message. */
  readonly name: string
  /** Wall-clock time, from the fiber's Clock. */
  readonly time: Date
  /** Normalised and frozen; see `Attributes`. */
  readonly attributes: Attributes
}

/** A link to a span that is not the parent. */
export interface SpanLink {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string
  /** Attributes of the link itself. */
  readonly attributes: Attributes
}

/** A span when it opens. */
export interface SpanStart {
  /** Such as `loom.turn`. */
  readonly name: string
  /** 32 lower-case hexadecimal digits, the same for every span of a trace. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string
  /** 16 lower-case hexadecimal digits, or `null` for a root. */
  readonly parentSpanId: string | null
  /** Wall-clock time, from the fiber's Clock. */
  readonly startedAt: Date
  /** The attributes so far; complete once the span has ended. */
  readonly attributes: Attributes
}

/** A span that has ended. */
export interface SpanRecord extends SpanStart {
  /** Wall-clock time, from the fiber's Clock; never before `startedAt`. */
  readonly endedAt: Date
  /** Elapsed time in milliseconds, ≥ 0, fractional. Measured in nanoseconds with the fiber's Clock. */
  readonly durationMs: number
  /** How the body ended. */
  readonly outcome: Outcome
  /** `Name: message` of the error or defect; `null` unless the outcome is `"failure"`. */
  readonly exception: string | null
  /** What happened inside the span, in order. */
  readonly events: ReadonlyArray<SpanEvent>
  /** Links to spans that are not the parent. */
  readonly links: ReadonlyArray<SpanLink>
}

/** Whether the span failed: either its body failed, or it is a tool call that returned an error. */
export const isFailed = (
  span: { readonly outcome: Outcome; readonly attributes: { readonly [key: string]: unknown } }
): boolean => span.outcome === "failure" || span.attributes["ok"] === false && span.outcome !== "interrupted"
