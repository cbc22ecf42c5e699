/**
 * Keeps integers that a number cannot represent: `9007199254740993` in an attribute becomes a string of its digits, as a bigint does when it is
 * recorded. An integer that is written back exactly as it was read, such as `1152921504606847000`, stays a number.
 */

/** A quick test for such integers. Includes the character before, so that ids made of digits do not match: most lines then need no further search. */
const candidate = /[\s:,[-]\d{16}/

// A string, or an integer outside of strings, without fraction or exponent.
const tokens = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/g

/** Whether a line may contain an integer that a number cannot represent. */
export const mayHoldLargeIntegers = (source: string): boolean => candidate.test(source)

/** The JSON with those integers as strings. */
export const withLargeIntegersAsText = (source: string): string =>
  source.replace(
    tokens,
    (token) => token.startsWith("\"") || String(Number(token)) === token ? token : `"${token}"`
  )
