/**
 * A `ConfigError` as whoever started the program should read it: what is wrong, and below it what would be right, without the error's own structure.
 */
import type * as ConfigError from "effect/ConfigError"

/** How Node's `console.log` and `util.inspect` ask an object for its text. */
const inspect = Symbol.for("nodejs.util.inspect.custom")

/**
 * The same error, shown as this text by `Cause.pretty`, and so by loggers, `runMain` and a rejected `runPromise`, and by `console.log`. Its fields are
 * those that it had, but none of its own, so that nothing lists them. As a part of another text it stays the one line that Effect makes of it.
 */
export const shownAs = (error: ConfigError.ConfigError, text: string): ConfigError.ConfigError =>
  Object.create(error, {
    toString: { value: () => text },
    toJSON: { value: () => text },
    [inspect]: { value: () => text },
    [Symbol.toPrimitive]: { value: () => error.toString() }
  })

/** The same for an error whose messages name their variables: each as it is. */
export const shownPlainly = (error: ConfigError.ConfigError): ConfigError.ConfigError =>
  shownAs(error, messagesOf(error).join("\n"))

const messagesOf = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or"
    ? [...messagesOf(error.left), ...messagesOf(error.right)]
    : [error.message]
