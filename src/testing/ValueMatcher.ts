/**
 * What a value may be where a test does not know it, or does not care: `any`, `number`, `matching(/^call_/)`, `atLeast(1)`.
 *
 * They stand wherever a value of an expectation can stand, also inside arrays and objects. For anything else a function of the value does.
 * Each says in words what it accepts, because a failure message shows the words and not the code.
 */
import type { AttributeValue } from "../records/attributes.js"

/** Accepts some values and says in words which. */
export class ValueMatcher {
  constructor(
    /** As it reads in a message: `at least 3`. */
    readonly description: string,
    /** Whether this value will do; `undefined` is a value that is not there. */
    readonly accepts: (value: AttributeValue | undefined) => boolean
  ) {}
}

/** Any value, as long as there is one. */
export const any: ValueMatcher = new ValueMatcher("any value", (value) => value !== undefined)

/** No value: the attribute must not be there. */
export const absent: ValueMatcher = new ValueMatcher("absent", (value) => value === undefined)

/** Any text. */
export const string: ValueMatcher = new ValueMatcher("text", (value) => typeof value === "string")

/** Any number. */
export const number: ValueMatcher = new ValueMatcher("a number", (value) => typeof value === "number")

/** `true` or `false`. */
export const boolean: ValueMatcher = new ValueMatcher("true or false", (value) => typeof value === "boolean")

/** Text in which the pattern is found, anywhere unless it is anchored. A `RegExp` alone means the same. */
export const matching = (pattern: RegExp): ValueMatcher =>
  new ValueMatcher(`matching ${pattern}`, (value) => typeof value === "string" && contains(value, pattern))

/** One of these texts, numbers or booleans. */
export const oneOf = (...values: ReadonlyArray<string | number | boolean>): ValueMatcher =>
  new ValueMatcher(
    `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`,
    (value) => values.some((each) => each === value)
  )

/** A number, this one or greater. */
export const atLeast = (least: number): ValueMatcher =>
  new ValueMatcher(`at least ${least}`, (value) => typeof value === "number" && value >= least)

/** A number, this one or smaller. */
export const atMost = (most: number): ValueMatcher =>
  new ValueMatcher(`at most ${most}`, (value) => typeof value === "number" && value <= most)

/** A number that differs by at most `by` (≥ 0, default one thousand-millionth): for sums of fractions, such as costs. */
export const closeTo = (wanted: number, by: number = 1e-9): ValueMatcher =>
  new ValueMatcher(
    `within ${by} of ${wanted}`,
    (value) => typeof value === "number" && Math.abs(value - wanted) <= by
  )

/** Whether the pattern is found in the text. `search` begins at the start each time; `test` would go on where a global pattern left off. */
export const contains = (value: string, pattern: RegExp): boolean => value.search(pattern) >= 0
