/**
 * Compares the fields of a recorded span with an expectation.
 */
import type { AttributeValue } from "../../records/attributes.js"
import type { ScoreRecord } from "../../records/ScoreRecord.js"
import type { SpanEvent, SpanRecord } from "../../records/SpanRecord.js"
import { scoresOf } from "../scoredSpan.js"
import {
  type AttributesExpectation,
  type EventExpectation,
  ExactAttributes,
  namedAttributes,
  type ScoreExpectation,
  type SpanExpectation,
  type ValueExpectation
} from "../SpanExpectation.js"
import { absent, contains, ValueMatcher } from "../ValueMatcher.js"

export interface FieldDifference {
  /** `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** What was expected; `absent` if the field should not exist. */
  readonly expected: ValueExpectation | null
  /** What was recorded; `undefined` if the field does not exist. */
  readonly actual: AttributeValue | null | undefined
}

/** The fields of the span itself that differ, in the order in which a line shows them. Children are not compared. */
export const fieldDifferences = (span: SpanRecord, expectation: SpanExpectation): ReadonlyArray<FieldDifference> => {
  const differences = new Differences()
  differences.value(["name"], expectation.name, span.name)
  differences.value(["durationMs"], expectation.durationMs, span.durationMs)
  differences.attributes(["attributes"], expectation.attributes ?? {}, span.attributes)
  differences.value(["outcome"], expectation.outcome, span.outcome)
  differences.value(["exception"], expectation.exception, span.exception)
  differences.events(expectation.events, span.events)
  if (expectation.scores !== undefined) {
    differences.scores(expectation.scores, scoresOf(span))
  }
  return differences.found
}

/** A quick check of the plain fields. Most pairs differ there and need no further comparison. */
export const plainlyDiffers = (span: SpanRecord, { attributes, name, outcome }: SpanExpectation): boolean => {
  if (!valueMatches(name, span.name) || (outcome !== undefined && !valueMatches(outcome, span.outcome))) {
    return true
  }
  const expected = namedAttributes(attributes)
  return Object.keys(expected).some((key) => {
    const value = expected[key]
    return typeof value !== "object" && typeof value !== "function" && value !== undefined &&
      !valueMatches(value, own(span.attributes, key))
  })
}

export const attributesMatch = (expected: AttributesExpectation, actual: SpanRecord["attributes"]): boolean => {
  const differences = new Differences()
  differences.attributes([], expected, actual)
  return differences.found.length === 0
}

class Differences {
  readonly found: Array<FieldDifference> = []

  /** If `expected` is `undefined`, any value is accepted. No recursion: values may be deeper than the call stack. */
  value(
    field: ReadonlyArray<string>,
    expected: ValueExpectation | null | undefined,
    actual: AttributeValue | null | undefined
  ): void {
    if (typeof expected !== "object" || typeof actual !== "object") {
      this.plain(field, expected, actual)
      return
    }
    const stack: Array<Field> = [{ field, expected, actual }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const inside = fieldsInside(next)
      inside?.toReversed().forEach((each) => stack.push(each))
      if (inside === undefined) {
        this.plain(next.field, next.expected, next.actual)
      }
    }
  }

  private plain(field: Field["field"], expected: Field["expected"], actual: Field["actual"]): void {
    if (expected !== undefined && !valueMatches(expected, actual)) {
      this.found.push({ field, expected, actual })
    }
  }

  attributes(
    field: ReadonlyArray<string>,
    expectation: AttributesExpectation | ExactAttributes,
    actual: SpanRecord["attributes"]
  ): void {
    for (const each of attributeFields(field, expectation, actual)) {
      this.value(each.field, each.expected, each.actual)
    }
  }

  /** Compares events one by one if there are as many as expected, otherwise only their names. */
  events(expectations: ReadonlyArray<EventExpectation> | undefined, actual: ReadonlyArray<SpanEvent>): void {
    const expected = expectations?.map((each) =>
      typeof each === "string" || each instanceof RegExp ? { name: each } : each
    )
    if (expected?.length !== actual.length) {
      this.value(["events"], expected?.map(({ name }) => name), actual.map(({ name }) => name))
      return
    }
    expected.forEach(({ attributes = {}, name }, index) => {
      this.value(["events", String(index), "name"], name, actual[index]!.name)
      this.attributes(["events", String(index), "attributes"], attributes, actual[index]!.attributes)
    })
  }

  /** Compares scores in the same way. */
  scores(expectations: ReadonlyArray<ScoreExpectation>, actual: ReadonlyArray<ScoreRecord>): void {
    const expected = expectations.map((each) =>
      typeof each === "string" || each instanceof RegExp ? { name: each } : each
    )
    if (expected.length !== actual.length) {
      this.value(["scores"], expected.map(({ name }) => name), actual.map(({ name }) => name))
      return
    }
    expected.forEach(({ attributes = {}, ...fields }, index) => {
      const { attributes: recorded, ...score } = actual[index]!
      for (const key of ["name", "value", "label", "explanation", "source"] as const) {
        this.value(["scores", String(index), key], fields[key], score[key])
      }
      this.attributes(["scores", String(index), "attributes"], attributes, recorded)
    })
  }
}

interface Field extends Omit<FieldDifference, "expected"> {
  readonly expected: ValueExpectation | null | undefined
}

/** The items of two lists of the same length, or the values of two objects; `undefined` for other values. */
const fieldsInside = ({ actual, expected, field }: Field): ReadonlyArray<Field> | undefined =>
  isList<ValueExpectation>(expected) && isList<AttributeValue>(actual) && expected.length === actual.length
    ? expected.map((each, index) => ({ field: [...field, String(index)], expected: each, actual: actual[index] }))
    : isRecord<ValueExpectation>(expected) && isRecord<AttributeValue>(actual)
    ? attributeFields(field, new ExactAttributes(expected), actual)
    : undefined

const attributeFields = (
  field: ReadonlyArray<string>,
  expectation: AttributesExpectation | ExactAttributes,
  actual: SpanRecord["attributes"]
): ReadonlyArray<Field> => {
  const expected = namedAttributes(expectation)
  return Object.keys(expectation instanceof ExactAttributes ? { ...expected, ...actual } : expected).map((key) => ({
    field: [...field, key],
    expected: own(expected, key) ?? absent,
    actual: own(actual, key)
  }))
}

const own = <V>(record: { readonly [key: string]: V }, key: string): V | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** Whether a value other than an array or an object matches. */
export const valueMatches = (
  expected: ValueExpectation | null,
  actual: AttributeValue | null | undefined
): boolean => {
  if (expected instanceof ValueMatcher) {
    return expected.accepts(actual ?? undefined)
  }
  if (expected instanceof RegExp) {
    return typeof actual === "string" && contains(actual, expected)
  }
  return typeof expected === "function"
    ? actual !== undefined && actual !== null && satisfies(expected, actual)
    : expected === actual || (Number.isNaN(expected) && Number.isNaN(actual))
}

/** A predicate that throws is not satisfied: it may have been written for strings but received a number. */
const satisfies = (predicate: (value: AttributeValue) => boolean, actual: AttributeValue): boolean => {
  try {
    return predicate(actual) === true
  } catch {
    return false
  }
}

/** `Array.isArray` for read-only arrays. */
export const isList = <A>(value: unknown): value is ReadonlyArray<A> => Array.isArray(value)

/** Whether it is an object of values, and not a matcher. */
export const isRecord = <A>(value: unknown): value is { readonly [key: string]: A } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ValueMatcher) &&
  !(value instanceof RegExp)
