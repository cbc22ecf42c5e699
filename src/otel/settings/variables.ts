/**
 * The standard variables of the OpenTelemetry specification (environment variables, version 1.5x), read through `Config`.
 *
 * Unset or empty means the default of the specification. A malformed value is a `ConfigError` that names the variable.
 */
import * as Config from "effect/Config"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { invalidData } from "../../config/twoLines.js"
import { quoted } from "../../telemetry/lifecycle/foreignText.js"

/** How many characters of a malformed value are quoted. */
const maxQuote = 200

/** An optional variable; empty counts as unset, as the specification requires. Errors do not repeat secret values. */
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
              invalidData(name, `${name} is ${isSecret ? "malformed" : quoted(text, maxQuote)}\n${problem}`),
            onRight: Option.some
          })
    }))
  )

export const text = (name: string): Config.Config<Option.Option<string>> => variable(name, Either.right)

export const integer = (name: string, least: number): Config.Config<Option.Option<number>> =>
  variable(name, (value) =>
    /^\d+$/.test(value) && Number(value) >= least
      ? Either.right(Number(value))
      : Either.left(`It must be a whole number, ${least} or more`))

export const ratio = (name: string): Config.Config<Option.Option<number>> =>
  variable(name, (value) => {
    const number = Number(value)
    return number >= 0 && number <= 1
      ? Either.right(number)
      : Either.left("It must be a number from 0 to 1")
  })

/** `true` or `false`, in any case. */
export const flag = (name: string): Config.Config<Option.Option<boolean>> =>
  variable(name, (value) => {
    const lower = value.toLowerCase()
    return lower === "true" || lower === "false"
      ? Either.right(lower === "true")
      : Either.left("It must be true or false")
  })

export const oneOf = <const Word extends string>(
  name: string,
  words: ReadonlyArray<Word>
): Config.Config<Option.Option<Word>> =>
  variable(name, (value) => {
    const word = words.find((each) => each.toLowerCase() === value.toLowerCase())
    return word === undefined ? Either.left(`It must be one of ${words.join(", ")}`) : Either.right(word)
  })

/** A comma-separated list of words of any kind. */
export const words = (name: string): Config.Config<Option.Option<ReadonlyArray<string>>> =>
  variable(name, (value) => Either.right(value.split(",").map((word) => word.trim())))

export const address = (name: string): Config.Config<Option.Option<string>> =>
  variable(name, (value) =>
    URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
      ? Either.right(value)
      : Either.left("It must be an http or https URL, such as http://localhost:4318"))

/** `key=value,key=value`, percent-encoded. */
export const pairs = (name: string): Config.Config<Option.Option<Record<string, string>>> => variable(name, parsePairs)

/** Like `pairs`, for HTTP headers, whose values are not shown in errors. */
export const headers = (name: string): Config.Config<Option.Option<Record<string, string>>> =>
  variable(name, (value) =>
    Either.filterOrLeft(
      parsePairs(value),
      (pairs) => Object.entries(pairs).every(([key, text]) => headerName.test(key) && headerValue.test(text)),
      () => "It contains a header that HTTP does not allow"
    ), true)

/** RFC 9110, sections 5.1 and 5.5, as implemented by Node. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const parsePairs = (value: string): Either.Either<Record<string, string>, string> => {
  const out: Record<string, string> = {}
  for (const pair of value.split(",").filter((each) => each.trim() !== "")) {
    const equals = pair.indexOf("=")
    if (equals < 1) {
      return Either.left("It must be a comma-separated list of key=value")
    }
    try {
      out[decodeURIComponent(pair.slice(0, equals).trim())] = decodeURIComponent(pair.slice(equals + 1).trim())
    } catch {
      return Either.left("It contains an invalid percent encoding")
    }
  }
  return Either.right(out)
}
