/**
 * Matchers for values that a test does not know or care about: `any`, `number`, `matching(/^call_/)`, `atLeast(1)`.
 *
 * Use them in place of any value in an expectation, also inside arrays and objects. For anything else, use a function of the value. Each matcher
 * describes what it accepts, because failure messages show the description.
 */
import type { AttributeValue } from "../records/attributes.js"

/** Accepts some values, and describes which. */
export class ValueMatcher {
  constructor(
    /** Shown in failure messages, such as `at least 3`. */
    readonly description: string,
    /** Whether it accepts this value; `undefined` if there is no value. */
    readonly accepts: (value: AttributeValue | undefined) => boolean
  ) {}
}

/** Any value, but there must be one. */
export const any: ValueMatcher = new ValueMatcher("any value", (value) => value !== undefined)

/** No value: there must be no such attribute. */
export const absent: ValueMatcher = new ValueMatcher("absent", (value) => value === undefined)

/** Any string. */
export const string: ValueMatcher = new ValueMatcher("a string", (value) => typeof value === "string")

/** Any number. */
export const number: ValueMatcher = new ValueMatcher("a number", (value) => typeof value === "number")

/** `true` or `false`. */
export const boolean: ValueMatcher = new ValueMatcher("true or false", (value) => typeof value === "boolean")

/** A string in which the pattern occurs. A `RegExp` by itself means the same. */
export const matching = (pattern: RegExp): ValueMatcher =>
  new ValueMatcher(`matching ${pattern}`, (value) => typeof value === "string" && contains(value, pattern))

/** One of these strings, numbers or booleans. */
export const oneOf = (...values: ReadonlyArray<string | number | boolean>): ValueMatcher =>
  new ValueMatcher(
    `one of ${values.map((value) => typeof value === "string" ? JSON.stringify(value) : String(value)).join(", ")}`,
    (value) => typeof value !== "object" && value !== undefined && values.includes(value)
  )

/** A number ≥ `least`. */
export const atLeast = (least: number): ValueMatcher =>
  new ValueMatcher(`at least ${least}`, (value) => typeof value === "number" && value >= least)

/** A number ≤ `most`. */
export const atMost = (most: number): ValueMatcher =>
  new ValueMatcher(`at most ${most}`, (value) => typeof value === "number" && value <= most)

/**
 * A number that differs from `wanted` by at most `by` (≥ 0, default 1e-9), for sums of fractions such as costs. `NaN` and infinities must be equal.
 */
export const closeTo = (wanted: number, by: number = 1e-9): ValueMatcher =>
  new ValueMatcher(
    `within ${by} of ${wanted}`,
    (value) => typeof value === "number" && (Math.abs(value - wanted) <= by || Object.is(value, wanted))
  )

/** Whether the pattern occurs in the string. Uses `search`, because `test` continues where a global pattern stopped. */
export const contains = (value: string, pattern: RegExp): boolean => value.search(pattern) >= 0
