/**
 * Compares the fields of a recorded span with an expectation, and lists those that differ.
 */
import type { AttributeValue } from "../../records/attributes.js"
import type { SpanEvent, SpanRecord } from "../../records/SpanRecord.js"
import {
  type AttributesExpectation,
  type EventExpectation,
  ExactAttributes,
  namedAttributes,
  type SpanExpectation,
  type ValueExpectation
} from "../SpanExpectation.js"
import { absent, contains, ValueMatcher } from "../ValueMatcher.js"

/** One field of a span that differs. */
export interface FieldDifference {
  /** `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** What was expected; `absent` if the field should not exist. */
  readonly expected: ValueExpectation | null
  /** What was recorded; `undefined` if the field does not exist. */
  readonly actual: AttributeValue | null | undefined
}

/** The fields of the span itself that differ, in the order in which a line shows them. Ignores children. */
export const fieldDifferences = (span: SpanRecord, expectation: SpanExpectation): ReadonlyArray<FieldDifference> => {
  const differences = new Differences()
  differences.value(["name"], expectation.name, span.name)
  differences.value(["durationMs"], expectation.durationMs, span.durationMs)
  differences.attributes(["attributes"], expectation.attributes ?? {}, span.attributes)
  differences.value(["outcome"], expectation.outcome, span.outcome)
  differences.value(["exception"], expectation.exception, span.exception)
  differences.events(expectation.events, span.events)
  return differences.found
}

/** Whether all of these attributes are as expected. */
export const attributesMatch = (expected: AttributesExpectation, actual: SpanRecord["attributes"]): boolean => {
  const differences = new Differences()
  differences.attributes([], expected, actual)
  return differences.found.length === 0
}

class Differences {
  readonly found: Array<FieldDifference> = []

  /** Any value is as expected if the expectation is `undefined`. */
  value(
    field: ReadonlyArray<string>,
    expected: ValueExpectation | null | undefined,
    actual: AttributeValue | null | undefined
  ): void {
    if (isList<ValueExpectation>(expected) && isList<AttributeValue>(actual) && expected.length === actual.length) {
      expected.forEach((each, index) => this.value([...field, String(index)], each, actual[index]))
    } else if (isRecord<ValueExpectation>(expected) && isRecord<AttributeValue>(actual)) {
      this.attributes(field, new ExactAttributes(expected), actual)
    } else if (expected !== undefined && !valueMatches(expected, actual)) {
      this.found.push({ field, expected, actual })
    }
  }

  attributes(
    field: ReadonlyArray<string>,
    expectation: AttributesExpectation | ExactAttributes,
    actual: SpanRecord["attributes"]
  ): void {
    const expected = namedAttributes(expectation)
    for (const key of Object.keys(expectation instanceof ExactAttributes ? { ...expected, ...actual } : expected)) {
      this.value([...field, key], own(expected, key) ?? absent, own(actual, key))
    }
  }

  /** One by one if there are as many as expected, otherwise their names. */
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
}

const own = <V>(record: { readonly [key: string]: V }, key: string): V | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** Whether a value other than an array or an object is as expected. */
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

/** A predicate that throws is not satisfied: it may have been written for strings and received a number. */
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
