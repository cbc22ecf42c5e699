/**
 * The text of an exception in records: `Name: message`, then a line for each cause, or just its type.
 */

/** Separates an error from its causes. */
const causeLine = /\nCaused by(?: \(\d{1,16} of \d{1,16}\))?: /

/** The parts of a recorded exception. */
export interface ExceptionParts {
  /** Its name; `Error` if it has none. */
  readonly type: string
  /** Its own message, without the causes; `undefined` if only the type was recorded. */
  readonly message: string | undefined
  /** The whole text, including causes; `undefined` if there are none. */
  readonly chain: string | undefined
}

/** A name alone, from an error without a message. Any other single word is a message. */
const nameAlone = /^(?:[\w$.@/-]*[a-z\d])?(?:Error|Exception)$/

/** Splits a recorded exception into its parts. */
export const exceptionParts = (exception: string): ExceptionParts => {
  const end = exception.search(causeLine)
  const own = end < 0 ? exception : exception.slice(0, end)
  const chain = end < 0 ? undefined : exception
  const match = /^([\w$.]+): ([^]*)$/.exec(own)
  return match !== null
    ? { type: match[1]!, message: match[2]!, chain }
    : nameAlone.test(own)
    ? { type: own, message: undefined, chain }
    : { type: "Error", message: own, chain }
}

const name = /^[\w$.@/-]{1,128}$/

/** The text, if it is a valid type name; otherwise `Error`. */
export const typeName = (text: string): string => name.test(text) ? text : "Error"

/** The type in an exception text that another program wrote: `TypeError` for `TypeError: x is not a function`. */
export const typeOfText = (text: string): string => {
  const type = /^([\w$.@/]{0,120}(?:Error|Exception))(?::|$)/.exec(text)?.[1]
  return type ?? "Error"
}

/**
 * Keys that hold the text of an exception (semantic conventions 1.41.1, Effect's logger, and `loom.tool`), and what happens to it if only types are
 * recorded.
 */
export const exceptionKeys: ReadonlyMap<string, "drop" | "type"> = new Map([
  ["exception.message", "drop"],
  ["exception.stacktrace", "drop"],
  ["error.message", "drop"],
  ["error.stack", "drop"],
  ["effect.cause", "type"],
  ["exception", "type"],
  ["error", "type"]
])
