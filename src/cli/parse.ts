/**
 * Parses command line words with a command's tables, and reports the first invalid option or argument.
 *
 * Node's `parseArgs` only splits the words, because its strict mode rejects values that start with a dash.
 */
import * as Either from "effect/Either"
import { parseArgs } from "node:util"
import { helpOf, type Syntax } from "./command.js"
import { UsageError } from "./Failure.js"
import type { Options, OptionSpec, Values } from "./options.js"

/** An option as the user wrote it. */
interface Token {
  readonly name: string
  readonly rawName: string
  readonly index: number
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/** Options and arguments. With `--help`, nothing else is checked and no other option is set. */
type Parsed<O extends Options> = Values<O> & { readonly files: ReadonlyArray<string> }

const invalid = (message: string): Either.Either<never, UsageError> => Either.left(new UsageError({ message }))

export const parse = <O extends Options>(
  syntax: Syntax<O>,
  words: ReadonlyArray<string>
): Either.Either<Parsed<O>, UsageError> =>
  Either.gen(function*() {
    const { tokens } = parseArgs({
      args: [...words],
      options: Object.fromEntries(Object.entries(syntax.options).map(parserOption)),
      strict: false,
      tokens: true
    })
    const files = tokens.flatMap((token) => token.kind === "positional" ? [token.value] : [])
    const written = tokens.filter((token) => token.kind === "option")
    if (written.some(({ name }) => name === "help")) {
      return { help: true, files } as unknown as Parsed<O>
    }
    const values = new Map<string, Array<unknown>>()
    for (const token of written) {
      const value = yield* valueOf(token, syntax, words, values.has(token.name))
      values.set(token.name, [...values.get(token.name) ?? [], value])
    }
    yield* checkArguments(syntax, files)
    const options: { [name: string]: unknown } = {}
    for (const [name, option] of Object.entries(syntax.options)) {
      options[name] = yield* collected(name, option, values.get(name))
    }
    return { ...options, files } as unknown as Parsed<O>
  })

const parserOption = ([name, { short, type }]: [string, OptionSpec]) =>
  [
    name,
    { type: type === undefined ? "boolean" : "string", ...(short !== undefined && { short }) }
  ] as const

const valueOf = (
  { index, inlineValue, name, rawName, value }: Token,
  syntax: Syntax,
  words: ReadonlyArray<string>,
  isSecond: boolean
): Either.Either<unknown, UsageError> => {
  const option = Object.hasOwn(syntax.options, name) ? syntax.options[name]! : undefined
  if (option === undefined) {
    // The parser splits `-json` into `-j` and others. The text after the name may be a secret.
    const word = rawName.startsWith("--") ? rawName : /^[^\s=:]+/.exec(words[index]!)![0]
    return invalid(
      unknown(`option ${word}`, word, Object.keys(syntax.options).map((each) => `--${each}`), syntax.name)
    )
  }
  if (isSecond && option.repeated !== true) {
    return invalid(`--${name} may be given only once`)
  }
  if (option.type === undefined) {
    return inlineValue === true ? invalid(`${rawName} does not take a value`) : Either.right(true)
  }
  if (value === undefined || (value === "--" && inlineValue !== true)) {
    return invalid(`${rawName} needs a value: ${rawName} ${option.type.placeholder}`)
  }
  const shown = option.type.secret === true ? rawName : `${rawName} ${JSON.stringify(value)}`
  return Either.mapLeft(
    option.type.read(value),
    (expected) => new UsageError({ message: `${shown}: expected ${expected}` })
  )
}

const checkArguments = (syntax: Syntax, files: ReadonlyArray<string>): Either.Either<void, UsageError> => {
  const missing = syntax.arguments[files.length]
  const surplus = syntax.arguments.at(-1)?.repeated === true ? undefined : files[syntax.arguments.length]
  return missing !== undefined && missing.repeated !== true
    ? invalid(`missing argument ${missing.name}; see ${helpOf(syntax.name)}`)
    : surplus !== undefined
    ? invalid(`unexpected argument ${JSON.stringify(surplus)}; see ${helpOf(syntax.name)}`)
    : Either.void
}

/** The value of an option, from all its occurrences. */
const collected = (
  name: string,
  { default: defaultValue, repeated, required, type }: OptionSpec,
  values: ReadonlyArray<unknown> | undefined
): Either.Either<unknown, UsageError> =>
  type === undefined
    ? Either.right(values !== undefined)
    : repeated === true
    ? Either.right(values ?? [])
    : values !== undefined
    ? Either.right(values[0])
    : defaultValue !== undefined
    ? Either.right(Either.getOrThrow(type.read(defaultValue)))
    : required === true
    ? invalid(`missing option --${name} ${type.placeholder}`)
    : Either.right(undefined)

/** The message for an unknown word, with the closest known one. */
export const unknown = (what: string, word: string, known: ReadonlyArray<string>, command: string): string => {
  const [near] = known.map((each) => ({ each, edits: editsBetween(word, each) }))
    .filter(({ each, edits }) => edits <= 2 && edits < each.length / 2)
    .sort((a, b) => a.edits - b.edits)
  return `unknown ${what}${near === undefined ? `; see ${helpOf(command)}` : `. Did you mean ${near.each}?`}`
}

const editsBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
