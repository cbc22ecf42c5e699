/**
 * Keeps integers that a number cannot hold: `9007199254740993` in an attribute becomes the text of its digits, as a bigint does when it is recorded. One that
 * is written again as it was read, such as `1152921504606847000`, stays a number.
 */

/** What may be such an integer, by what comes before it, so that ids of digits are none: few lines have one, and the others need not be searched. */
const candidate = /[\s:,[-]\d{16}/

// A string, or an integer outside of strings: neither a fraction nor an exponent.
const tokens = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/g

/** Whether a line may hold an integer that a number cannot. */
export const mayHoldLargeIntegers = (source: string): boolean => candidate.test(source)

/** The JSON text with those integers as strings. */
export const withLargeIntegersAsText = (source: string): string =>
  source.replace(
    tokens,
    (token) => token.startsWith("\"") || String(Number(token)) === token ? token : `"${token}"`
  )
