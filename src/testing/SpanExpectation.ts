/**
 * What a test expects of recorded spans, as data that mirrors their tree. `expectTrace` checks it.
 *
 * Fields that are left out are not checked: `{ name: "loom.tool" }` matches any tool, failed or not, with anything inside it. Fields that are given
 * are exact: `children` lists all children, in order. The trap: without `children` anything may be below, with `children: []` nothing.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { ScoreSource } from "../records/ScoreRecord.js"
import type { Outcome } from "../records/SpanRecord.js"
import type { ValueMatcher } from "./ValueMatcher.js"

/**
 * A literal value, which may contain matchers; a matcher; a pattern that a string contains; or a function that returns whether the value is
 * accepted. `NaN` equals `NaN`, and `0` equals `-0`, also inside arrays and objects; neither equals its text, such as `"NaN"`.
 */
export type ValueExpectation =
  | AttributeValue
  | ValueMatcher
  | RegExp
  | ((value: AttributeValue) => boolean)
  | ReadonlyArray<ValueExpectation>
  | { readonly [key: string]: ValueExpectation }

/** Attributes that must exist; others may exist too. */
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
  /** The whole name, or a pattern that it contains. */
  readonly name: string | RegExp
  /** Others may exist too. */
  readonly attributes?: AttributesExpectation
}

/** A score of a span: its name, or its name and what it says. Fields that are left out are not checked. */
export type ScoreExpectation = string | RegExp | {
  /** The whole name, or a pattern that it contains. */
  readonly name: string | RegExp
  /** `null` for a score with a label only. */
  readonly value?: number | ValueMatcher | null
  /** The whole text, or a pattern that it contains; `null` for a score with a value only. */
  readonly label?: string | RegExp | null
  /** The whole text, or a pattern that it contains; `null` for none. */
  readonly explanation?: string | RegExp | null
  /** Default: any. */
  readonly source?: ScoreSource
  /** Others may exist too. */
  readonly attributes?: AttributesExpectation
}

/** A span, and what ran inside it. */
export interface SpanExpectation {
  /** The whole name, or a pattern that it contains. */
  readonly name: string | RegExp
  /** Others may exist too, unless in `exactly({ … })`. */
  readonly attributes?: AttributesExpectation | ExactAttributes
  /** Default: any. */
  readonly outcome?: Outcome
  /** The whole text, or a pattern that it contains; `null` for none. */
  readonly exception?: string | RegExp | null
  /** Elapsed milliseconds; exact under `TestClock`. */
  readonly durationMs?: number | ValueMatcher
  /** All events, in order. */
  readonly events?: ReadonlyArray<EventExpectation>
  /** All scores, in the order in which they were given. Those of the whole trace are on its root, first. */
  readonly scores?: ReadonlyArray<ScoreExpectation>
  /** All children, in the order they opened, unless `unordered` or `containing` is used. */
  readonly children?: ReadonlyArray<SpanExpectation> | SpanList
  /** How often the span occurs, one after another among its siblings: a number, or the least and the most. Default 1. */
  readonly times?: number | readonly [least: number, most: number]
}

/** Siblings. */
export interface SpanList {
  /** The expected spans. */
  readonly spans: ReadonlyArray<SpanExpectation>
  /** Whether they must have opened in this order. */
  readonly ordered: boolean
  /** Whether other spans may be among them. */
  readonly others: boolean
}

/** A whole trace: its only root, all roots in the order they opened, or roots in `unordered` or `containing`. */
export type TraceExpectation = SpanExpectation | ReadonlyArray<SpanExpectation> | SpanList

/** The expectation as a list. */
export const listOf = (expectation: TraceExpectation): SpanList =>
  "name" in expectation
    ? { spans: [expectation], ordered: true, others: false }
    : "spans" in expectation
    ? expectation
    : { spans: expectation, ordered: true, others: false }

/** These spans in any order, for work that runs in parallel. */
export const unordered = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  ordered: false
})

/** These spans in this order, with others before, between and after them. `unordered(containing([…]))` allows any order. */
export const containing = (spans: ReadonlyArray<SpanExpectation> | SpanList): SpanList => ({
  ...listOf(spans),
  others: true
})

/** The attributes that an expectation names. */
export const namedAttributes = (attributes: SpanExpectation["attributes"]): AttributesExpectation =>
  attributes instanceof ExactAttributes ? attributes.attributes : attributes ?? {}

/** These attributes and no others. */
export const exactly = (attributes: AttributesExpectation): ExactAttributes => new ExactAttributes(attributes)

/** The span a number of times, or between the least and the most (whole numbers ≥ 0; the most may be `Infinity`). */
export const times = (
  count: number | readonly [least: number, most: number],
  span: SpanExpectation
): SpanExpectation => ({ ...span, times: count })

/** The span once or more. */
export const some = (span: SpanExpectation): SpanExpectation => times([1, Infinity], span)

/** The span at most once. */
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
