/**
 * The standard variables of the OpenTelemetry specification (environment variables, version 1.5x), read through `Config`.
 *
 * Unset, and set to nothing, is the standard's default. A malformed value is a `ConfigError` that names the variable.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { quoted } from "../../telemetry/lifecycle/foreignText.js"

/** The most of a malformed value that is quoted, in characters. */
const longestQuote = 200

/** A variable that may be unset; set to nothing counts as unset, as the specification asks. What is secret is not repeated in errors. */
const variable = <A>(
  name: string,
  parse: (text: string) => Either.Either<A, string>,
  isSecret = false
): Config.Config<Option.Option<A>> =>
  Config.option(Config.string(name)).pipe(
    Config.mapOrFail(Option.match({
      onNone: () => Either.right(Option.none<A>()),
      onSome: (text) =>
        text.trim() === ""
          ? Either.right(Option.none<A>())
          : Either.mapBoth(parse(text.trim()), {
            onLeft: (problem) =>
              ConfigError.InvalidData(
                [name],
                `${name} is ${isSecret ? "malformed" : quoted(text, longestQuote)}\n${problem}`
              ),
            onRight: Option.some
          })
    }))
  )

/** Any text. */
export const text = (name: string): Config.Config<Option.Option<string>> => variable(name, Either.right)

/** A whole number, ≥ `least`. */
export const integer = (name: string, least: number): Config.Config<Option.Option<number>> =>
  variable(name, (value) =>
    /^\d+$/.test(value) && Number(value) >= least
      ? Either.right(Number(value))
      : Either.left(`It has to be a whole number, ${least} or more`))

/** A number between 0 and 1. */
export const ratio = (name: string): Config.Config<Option.Option<number>> =>
  variable(name, (value) => {
    const number = Number(value)
    return number >= 0 && number <= 1
      ? Either.right(number)
      : Either.left("It has to be a number from 0 to 1")
  })

/** `true` or `false`, in any case. */
export const flag = (name: string): Config.Config<Option.Option<boolean>> =>
  variable(name, (value) => {
    const lower = value.toLowerCase()
    return lower === "true" || lower === "false"
      ? Either.right(lower === "true")
      : Either.left("It has to be true or false")
  })

/** One of these words. */
export const oneOf = <const Word extends string>(
  name: string,
  words: ReadonlyArray<Word>
): Config.Config<Option.Option<Word>> =>
  variable(name, (value) => {
    const word = words.find((each) => each === value.toLowerCase())
    return word === undefined ? Either.left(`It has to be one of ${words.join(", ")}`) : Either.right(word)
  })

/** An http or https address. */
export const address = (name: string): Config.Config<Option.Option<string>> =>
  variable(name, (value) =>
    URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
      ? Either.right(value)
      : Either.left("It has to be an http or https address, such as http://localhost:4318"))

/** `key=value,key=value`, percent-encoded. */
export const pairs = (name: string): Config.Config<Option.Option<Record<string, string>>> => variable(name, parsePairs)

/** The same where the values are secret. */
export const secretPairs = (name: string): Config.Config<Option.Option<Record<string, string>>> =>
  variable(name, parsePairs, true)

const parsePairs = (value: string): Either.Either<Record<string, string>, string> => {
  const out: Record<string, string> = {}
  for (const pair of value.split(",").filter((each) => each.trim() !== "")) {
    const equals = pair.indexOf("=")
    if (equals < 1) {
      return Either.left("It has to be a list of key=value separated by commas")
    }
    try {
      out[decodeURIComponent(pair.slice(0, equals).trim())] = decodeURIComponent(pair.slice(equals + 1).trim())
    } catch {
      return Either.left("It holds a percent sign that begins no encoded character")
    }
  }
  return Either.right(out)
}
