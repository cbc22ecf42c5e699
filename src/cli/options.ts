/**
 * Options of commands, as tables: parsing, validation, help and completions all read them.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"

/** The type of an option's value. */
export interface ValueType<A> {
  /** How help shows a value: `N`, `FILE`, `always|never`. */
  readonly placeholder: string
  /** Parses a value. On the left, what was expected instead. */
  readonly read: (text: string) => Either.Either<A, string>
  /** What a shell can complete. */
  readonly completion?: "files" | ReadonlyArray<string>
  /** Keeps the value out of error messages. */
  readonly secret?: true
}

/** One option. Its long name is its key in the table. */
export interface OptionSpec {
  readonly description: string
  readonly short?: string
  /** Without a type it is a flag. */
  readonly type?: ValueType<unknown>
  /** As the user would write it. */
  readonly default?: string
  readonly required?: true
  readonly repeated?: true
}

export type Options = { readonly [name: string]: OptionSpec }

type ValueOf<O extends OptionSpec> = O extends { readonly type: ValueType<infer A> }
  ? O extends { readonly repeated: true } ? ReadonlyArray<A>
  : O extends { readonly required: true } | { readonly default: string } ? A
  : A | undefined
  : boolean

/** The parsed values of a table of options. */
export type Values<O extends Options> = { readonly [Name in keyof O]: ValueOf<O[Name]> }

/** `-o` and `--out`. */
export const namesOf = (name: string, { short }: OptionSpec): ReadonlyArray<string> => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${name}`
]

export const text = (placeholder: string): ValueType<string> => ({ placeholder, read: Either.right })

export const file: ValueType<string> = { ...text("FILE"), completion: "files" }

export const choice = <const A extends string>(...choices: ReadonlyArray<A>): ValueType<A> => ({
  placeholder: choices.join("|"),
  read: (text) => Either.fromNullable(choices.find((each) => each === text), () => anyOf(choices)),
  completion: choices
})

const anyOf = (choices: ReadonlyArray<string>): string => `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`

export const wholeNumber: ValueType<number> = {
  placeholder: "N",
  read: (text) => /^\d+$/.test(text) ? Either.right(Number(text)) : Either.left("a whole number, 0 or more")
}

export const number: ValueType<number> = {
  placeholder: "N",
  read: (text) =>
    text.trim() !== "" && Number.isFinite(Number(text)) ? Either.right(Number(text)) : Either.left("a finite number")
}

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** A duration in milliseconds: `250ms`, `1.5s`, `2m`, or anything that Effect's `Duration` accepts. */
export const duration: ValueType<number> = {
  placeholder: "DURATION",
  read: (text) => {
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)$/.exec(text.trim())
    const millis = match === null
      ? Option.map(Duration.decodeUnknown(text), Duration.toMillis)
      : Option.some(Number(match[1]) * units[match[2]!]!)
    return Either.fromOption(millis, () => "a duration such as 250ms, 1.5s or 2m")
  }
}
