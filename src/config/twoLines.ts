/**
 * Prints a `ConfigError` for the person who started the program: what is wrong, and below it what would be right, without the error's structure.
 */
import * as ConfigError from "effect/ConfigError"

/** The method that Node's `console.log` and `util.inspect` call. */
const inspect = Symbol.for("nodejs.util.inspect.custom")

/**
 * The same error, shown as this text by `console.log` and by `Cause.pretty`, and so by loggers, `runMain` and a rejected `runPromise`. Its fields are
 * inherited, so that they are not printed. Inside another string it stays the single line that Effect renders.
 */
export const shownAs = (error: ConfigError.ConfigError, text: string): ConfigError.ConfigError =>
  Object.create(error, {
    toString: { value: () => text },
    toJSON: { value: () => text },
    [inspect]: { value: () => text },
    [Symbol.toPrimitive]: { value: () => error.toString() }
  })

/** Shows the messages of an error as they are; each names its variable. */
export const shownPlainly = (error: ConfigError.ConfigError): ConfigError.ConfigError =>
  shownAs(error, messagesOf(error).join("\n"))

/** The value of a variable cannot be used. */
export const invalidData = (name: string, message: string): ConfigError.ConfigError =>
  ConfigError.InvalidData([name], message)

/** The value of a variable asks for something that is not installed. */
export const unsupported = (name: string, message: string): ConfigError.ConfigError =>
  ConfigError.Unsupported([name], message)

const messagesOf = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or"
    ? [...messagesOf(error.left), ...messagesOf(error.right)]
    : [error.message]
