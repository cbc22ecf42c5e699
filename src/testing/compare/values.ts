/**
 * Where a recorded value is not what is expected of it.
 */
import type { AttributeValue } from "../../records/attributes.js"
import type { SpanEvent, SpanRecord } from "../../records/SpanRecord.js"
import {
  type AttributesExpectation,
  type EventExpectation,
  ExactAttributes,
  type SpanExpectation,
  type ValueExpectation
} from "../SpanExpectation.js"
import { absent, contains, ValueMatcher } from "../ValueMatcher.js"

/** One field of a span that differs. */
export interface FieldDifference {
  /** `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** What was expected; `absent` where nothing was. */
  readonly expected: ValueExpectation | null
  /** What was recorded; `undefined` where there is nothing. */
  readonly actual: AttributeValue | null | undefined
}

/** All fields of the span itself that differ, in the order in which a line shows them. Children are not looked at. */
export const fieldDifferences = (span: SpanRecord, expectation: SpanExpectation): ReadonlyArray<FieldDifference> => [
  ...textDifference(["name"], expectation.name, span.name),
  ...(expectation.durationMs === undefined
    ? []
    : valueDifferences(["durationMs"], expectation.durationMs, span.durationMs)),
  ...attributeDifferences(["attributes"], expectation.attributes ?? {}, span.attributes),
  ...(expectation.outcome === undefined ? [] : textDifference(["outcome"], expectation.outcome, span.outcome)),
  ...(expectation.exception === undefined ? [] : textDifference(["exception"], expectation.exception, span.exception)),
  ...(expectation.events === undefined ? [] : eventDifferences(expectation.events, span.events))
]

/** Whether a whole set of attributes will do. */
export const attributesMatch = (
  expectation: AttributesExpectation | ExactAttributes,
  attributes: SpanRecord["attributes"]
): boolean => attributeDifferences([], expectation, attributes).length === 0

/** Whether a name will do. */
export const textMatches = (expected: string | RegExp | null, actual: string | null): boolean =>
  expected instanceof RegExp ? actual !== null && contains(actual, expected) : expected === actual

const textDifference = (
  field: ReadonlyArray<string>,
  expected: string | RegExp | null,
  actual: string | null
): ReadonlyArray<FieldDifference> => textMatches(expected, actual) ? [] : [{ field, expected, actual }]

const attributeDifferences = (
  field: ReadonlyArray<string>,
  expectation: AttributesExpectation | ExactAttributes,
  actual: SpanRecord["attributes"]
): ReadonlyArray<FieldDifference> => {
  const [expected, others] = expectation instanceof ExactAttributes
    ? [expectation.attributes, false]
    : [expectation, true]
  return [
    ...Object.keys(expected).flatMap((key) => valueDifferences([...field, key], expected[key], own(actual, key))),
    ...(others ? [] : unnamed(field, expected, actual))
  ]
}

/** What is there and has no name in the expectation. */
const unnamed = (
  field: ReadonlyArray<string>,
  expected: object,
  actual: { readonly [key: string]: AttributeValue }
): ReadonlyArray<FieldDifference> =>
  Object.keys(actual)
    .filter((key) => !Object.hasOwn(expected, key))
    .map((key) => ({ field: [...field, key], expected: absent, actual: own(actual, key) }))

const own = <V>(record: { readonly [key: string]: V }, key: string): V | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

const valueDifferences = (
  field: ReadonlyArray<string>,
  expected: ValueExpectation | undefined,
  actual: AttributeValue | undefined
): ReadonlyArray<FieldDifference> => {
  const wanted = expected === undefined ? absent : expected
  if (isList<ValueExpectation>(wanted) && isList<AttributeValue>(actual) && wanted.length === actual.length) {
    return wanted.flatMap((each, index) => valueDifferences([...field, String(index)], each, actual[index]))
  }
  if (isRecord<ValueExpectation>(wanted) && isRecord<AttributeValue>(actual)) {
    return attributeDifferences(field, new ExactAttributes(wanted), actual)
  }
  return accepts(wanted, actual) ? [] : [{ field, expected: wanted, actual }]
}

const accepts = (expected: ValueExpectation, actual: AttributeValue | undefined): boolean => {
  if (expected instanceof ValueMatcher) {
    return expected.accepts(actual)
  }
  if (expected instanceof RegExp) {
    return typeof actual === "string" && contains(actual, expected)
  }
  return typeof expected === "function"
    ? actual !== undefined && satisfies(expected, actual)
    : expected === actual
}

/** A predicate that throws has not been satisfied: it may be written for texts and be given a number. */
const satisfies = (predicate: (value: AttributeValue) => boolean, actual: AttributeValue): boolean => {
  try {
    return predicate(actual) === true
  } catch {
    return false
  }
}

/** Whether it is an array; the standard's own test forgets that arrays can be read-only. */
export const isList = <A>(value: unknown): value is ReadonlyArray<A> => Array.isArray(value)

/** Whether it is an object of values, and no matcher. */
export const isRecord = <A>(value: unknown): value is { readonly [key: string]: A } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ValueMatcher) &&
  !(value instanceof RegExp)

const eventDifferences = (
  expected: ReadonlyArray<EventExpectation>,
  actual: ReadonlyArray<SpanEvent>
): ReadonlyArray<FieldDifference> => {
  if (expected.length !== actual.length) {
    const names = expected.map((event) => nameAndAttributes(event).name)
    return [{ field: ["events"], expected: names, actual: actual.map(({ name }) => name) }]
  }
  return expected.flatMap((event, index) => {
    const { attributes, name } = nameAndAttributes(event)
    const field = ["events", String(index)]
    return [
      ...textDifference([...field, "name"], name, actual[index]!.name),
      ...attributeDifferences([...field, "attributes"], attributes ?? {}, actual[index]!.attributes)
    ]
  })
}

const nameAndAttributes = (
  event: EventExpectation
): { readonly name: string | RegExp; readonly attributes?: AttributesExpectation } =>
  typeof event === "string" || event instanceof RegExp ? { name: event } : event
