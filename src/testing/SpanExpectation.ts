/**
 * What a test expects of recorded spans, as data that mirrors their tree. `expectTrace` checks it.
 *
 * What is not named is not checked: `{ name: "loom.tool" }` is any tool, failed or not, whatever ran inside it. What is named is meant
 * exactly: `children` are these, in this order, and no others. The trap: leaving `children` out allows anything below, `children: []` allows nothing.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { Outcome } from "../records/SpanRecord.js"
import type { ValueMatcher } from "./ValueMatcher.js"

/**
 * A value: itself, in which matchers may be nested; a matcher; a pattern that is found in a text; or a function that says whether
 * the value will do.
 */
export type ValueExpectation =
  | AttributeValue
  | ValueMatcher
  | RegExp
  | ((value: AttributeValue) => boolean)
  | ReadonlyArray<ValueExpectation>
  | { readonly [key: string]: ValueExpectation }

/** Attributes that must be there; others may be. */
export interface AttributesExpectation {
  readonly [key: string]: ValueExpectation
}

/** Attributes that must be there, and no others. `exactly` makes it. */
export class ExactAttributes {
  constructor(
    /** All that there are. */
    readonly attributes: AttributesExpectation
  ) {}
}

/** An event of a span: its name, or its name and attributes. */
export type EventExpectation = string | RegExp | {
  /** The whole name, or a pattern that is found in it. */
  readonly name: string | RegExp
  /** These, others may be there too. */
  readonly attributes?: AttributesExpectation
}

/** A span, and what ran inside it. */
export interface SpanExpectation {
  /** The whole name, or a pattern that is found in it. */
  readonly name: string | RegExp
  /** These, others may be there too; `exactly({ … })` allows no others. */
  readonly attributes?: AttributesExpectation | ExactAttributes
  /** Default: whatever it was. */
  readonly outcome?: Outcome
  /** The whole text, or a pattern that is found in it; `null` for none. */
  readonly exception?: string | RegExp | null
  /** Elapsed milliseconds; exact where the test is on `TestClock`. */
  readonly durationMs?: number | ValueMatcher
  /** All events, in their order. */
  readonly events?: ReadonlyArray<EventExpectation>
  /** All children, in the order in which they opened, unless `unordered` or `containing` says otherwise. */
  readonly children?: ReadonlyArray<SpanExpectation> | SpanList
  /** How often it is there, one after another among its siblings: so many times, or from the least to the most. Default once. */
  readonly times?: number | readonly [least: number, most: number]
}

/** Spans side by side. */
export interface SpanList {
  /** What is expected. */
  readonly spans: ReadonlyArray<SpanExpectation>
  /** Whether they opened in this order. */
  readonly ordered: boolean
  /** Whether there may be others between them. */
  readonly others: boolean
}

/** What is recorded as a whole: one root, all roots in the order in which they opened, or roots by `unordered` or `containing`. */
export type TraceExpectation = SpanExpectation | ReadonlyArray<SpanExpectation> | SpanList

/** The list that is meant. */
export const listOf = (expectation: TraceExpectation): SpanList =>
  "name" in expectation
    ? { spans: [expectation], ordered: true, others: false }
    : "spans" in expectation
    ? expectation
    : { spans: expectation, ordered: true, others: false }

/** These spans, in any order: for what runs in parallel. */
export const unordered = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  ordered: false
})

/** At least these spans: others may stand between them. With `unordered(containing([…]))` also in any order. */
export const containing = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  others: true
})

/** The attributes that an expectation names. */
export const namedAttributes = (attributes: SpanExpectation["attributes"]): AttributesExpectation =>
  attributes instanceof ExactAttributes ? attributes.attributes : attributes ?? {}

/** These attributes and no others. */
export const exactly = (attributes: AttributesExpectation): ExactAttributes => new ExactAttributes(attributes)

/** The span so many times, or from the least to the most (whole numbers, ≥ 0; the most may be `Infinity`). */
export const times = (
  count: number | readonly [least: number, most: number],
  span: SpanExpectation
): SpanExpectation => ({ ...span, times: count })

/** The span once or more. */
export const some = (span: SpanExpectation): SpanExpectation => times([1, Infinity], span)

/** The span once or not at all. */
export const optional = (span: SpanExpectation): SpanExpectation => times([0, 1], span)

/** From how many to how many times a span is expected. Throws a `RangeError` where that makes no sense. */
export const rangeOf = ({ name, times: count = 1 }: SpanExpectation): readonly [least: number, most: number] => {
  const [least, most] = typeof count === "number" ? [count, count] : count
  if (Number.isSafeInteger(least) && least >= 0 && most >= least && (most === Infinity || Number.isSafeInteger(most))) {
    return [least, most]
  }
  throw new RangeError(
    `"times" of the expected span ${name} is ${
      JSON.stringify(count)
    }: give a whole number ≥ 0, or two of them, the least first`
  )
}
