/**
 * What a test expects of recorded spans, as data that mirrors their tree. `expectTrace` checks it.
 *
 * Omitted fields are not checked: `{ name: "loom.tool" }` matches any tool, failed or not, with anything inside it. Given fields are exact:
 * `children` lists all children, in order. The trap: without `children`, any children are allowed; with `children: []`, none are.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { ScoreSource } from "../records/ScoreRecord.js"
import type { Outcome } from "../records/SpanRecord.js"
import type { ValueMatcher } from "./ValueMatcher.js"

/**
 * An expected value: a literal, which may contain matchers; a matcher; a pattern that must occur in the string; or a function that returns whether it
 * accepts the value. `NaN` equals `NaN`, and `0` equals `-0`, also inside arrays and objects. A number never equals a string, such as `"NaN"`.
 */
export type ValueExpectation =
  | AttributeValue
  | ValueMatcher
  | RegExp
  | ((value: AttributeValue) => boolean)
  | ReadonlyArray<ValueExpectation>
  | { readonly [key: string]: ValueExpectation }

/** Attributes that must exist. Others may exist too. */
export interface AttributesExpectation {
  readonly [key: string]: ValueExpectation
}

/** Attributes that must exist, and no others. Made by `exactly`. */
export class ExactAttributes {
  constructor(
    /** All attributes. */
    readonly attributes: AttributesExpectation
  ) {}
}

/** An event of a span: its name, or its name and attributes. */
export type EventExpectation = string | RegExp | {
  /** The whole name, or a pattern that must occur in it. */
  readonly name: string | RegExp
  /** Others may exist too. */
  readonly attributes?: AttributesExpectation
}

/** A score of a span: its name, or its name and other fields. Omitted fields are not checked. */
export type ScoreExpectation = string | RegExp | {
  /** The whole name, or a pattern that must occur in it. */
  readonly name: string | RegExp
  /** `null` for a score with only a label. */
  readonly value?: number | ValueMatcher | null
  /** The whole label, or a pattern that must occur in it; `null` for a score with only a value. */
  readonly label?: string | RegExp | null
  /** The whole explanation, or a pattern that must occur in it; `null` if there must be none. */
  readonly explanation?: string | RegExp | null
  /** Default: any. */
  readonly source?: ScoreSource
  /** Others may exist too. */
  readonly attributes?: AttributesExpectation
}

/** A span, and what ran inside it. */
export interface SpanExpectation {
  /** The whole name, or a pattern that must occur in it. */
  readonly name: string | RegExp
  /** Others may exist too, unless you use `exactly({ … })`. */
  readonly attributes?: AttributesExpectation | ExactAttributes
  /** Default: any. */
  readonly outcome?: Outcome
  /** The whole text, or a pattern that must occur in it; `null` if there must be no exception. */
  readonly exception?: string | RegExp | null
  /** Elapsed milliseconds; exact under `TestClock`. */
  readonly durationMs?: number | ValueMatcher
  /** All events, in order. */
  readonly events?: ReadonlyArray<EventExpectation>
  /** All scores, in the order in which they were given. Scores of the whole trace come first on its root. */
  readonly scores?: ReadonlyArray<ScoreExpectation>
  /** All children, in the order in which they opened, unless you use `unordered` or `containing`. */
  readonly children?: ReadonlyArray<SpanExpectation> | SpanList
  /** How often the span occurs in a row among its siblings: a number, or a minimum and a maximum. Default 1. */
  readonly times?: number | readonly [least: number, most: number]
}

/** Siblings. */
export interface SpanList {
  /** The expected spans. */
  readonly spans: ReadonlyArray<SpanExpectation>
  /** Whether they must have opened in this order. */
  readonly ordered: boolean
  /** Whether there may be other spans among them. */
  readonly others: boolean
}

/** A whole trace: its only root, all roots in the order in which they opened, or roots in `unordered` or `containing`. */
export type TraceExpectation = SpanExpectation | ReadonlyArray<SpanExpectation> | SpanList

/** The expectation as a list. */
export const listOf = (expectation: TraceExpectation): SpanList =>
  "name" in expectation
    ? { spans: [expectation], ordered: true, others: false }
    : "spans" in expectation
    ? expectation
    : { spans: expectation, ordered: true, others: false }

/** Expects these spans in any order, for work that runs in parallel. */
export const unordered = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  ordered: false
})

/** Expects these spans in this order, and allows others before, between and after them. `unordered(containing([…]))` allows any order. */
export const containing = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  others: true
})

/** The attributes that an expectation lists. */
export const namedAttributes = (attributes: SpanExpectation["attributes"]): AttributesExpectation =>
  attributes instanceof ExactAttributes ? attributes.attributes : attributes ?? {}

/** Expects these attributes and no others. */
export const exactly = (attributes: AttributesExpectation): ExactAttributes => new ExactAttributes(attributes)

/**
 * Expects the span this number of times, or between a minimum and a maximum: whole numbers ≥ 0; the maximum may be `Infinity`. An invalid count
 * throws a `RangeError` when the expectation is checked.
 */
export const times = (
  count: number | readonly [least: number, most: number],
  span: SpanExpectation
): SpanExpectation => ({ ...span, times: count })

/** Expects the span at least once. */
export const some = (span: SpanExpectation): SpanExpectation => times([1, Infinity], span)

/** Expects the span at most once. */
export const optional = (span: SpanExpectation): SpanExpectation => times([0, 1], span)

/** How often a span is expected. Throws a `RangeError` if `times` is invalid. */
export const rangeOf = ({ name, times: count = 1 }: SpanExpectation): readonly [least: number, most: number] => {
  const [least, most] = typeof count === "number" ? [count, count] : count
  if (Number.isSafeInteger(least) && least >= 0 && most >= least && (most === Infinity || Number.isSafeInteger(most))) {
    return [least, most]
  }
  throw new RangeError(
    `"times" of the expected span ${name} is ${
      JSON.stringify(count)
    }: use a whole number ≥ 0, or two of them, the smaller one first`
  )
}
