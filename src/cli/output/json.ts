/**
 * JSON that commands print: one line, and harmless where it ends up on a terminal. What `JSON.stringify` leaves as it is but a terminal obeys is written as an
 * escape of JSON, which means the same.
 */

// Behind C0, which JSON escapes anyway: DEL, C1, and what `escape.ts` of the records names.
const unsafe =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

const escapeOne = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
  ).join("")

/** JSON without raw control characters. In JSON they can only stand in strings. */
export const harmless = (json: string): string => json.replace(unsafe, escapeOne)

/** A value as one line of JSON, with its newline. */
export const jsonLine = (value: unknown): string => `${harmless(JSON.stringify(value))}\n`
