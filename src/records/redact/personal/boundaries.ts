/**
 * Where numbers and addresses may begin in a text, and what replaces them.
 */
import { memoize } from "../../memoize.js"
import { redacted } from "../../text.js"

/** The source of an assertion: not inside a word. An escape may come right before: `\n4111…` in JSON, `%3D4111…` in a URL. */
export const beginsWord = "(?<!(?<!\\\\|\\\\u[0-9a-fA-F]{3}|%[0-9a-fA-F])\\w)"

/** Characters between the groups of a number: spaces, hyphens, dots. */
export const space = "[ \\u00a0\\u202f]"
export const hyphen = "[-\\u2010-\\u2013]"

/** How far back the text before a number is read, in characters. */
const nearby = 48

/** The text right before a position. */
export const before = (text: string, at: number): string => text.slice(Math.max(0, at - nearby), at)

const jsonKey = /(\\*)"\s{0,8}:\s{0,8}$/

const quoted = memoize(16, (backslashes) => `${backslashes}"${redacted}${backslashes}"`)

/** The replacement for a number. After the key of a JSON object it is a quoted string, so that JSON remains valid. */
export const standInAt = (text: string, at: number): string => {
  const key = jsonKey.exec(before(text, at))
  return key === null ? redacted : quoted(key[1]!)
}
