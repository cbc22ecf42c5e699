/**
 * A command: one table that drives its parsing, help and completions, and the effect it runs.
 */
import * as Effect from "effect/Effect"
import { type Failure, IoError, UsageError } from "./Failure.js"
import { choice, type Options, type Values, wholeNumber } from "./options.js"
import { Output } from "./output/Output.js"

export interface Argument {
  readonly name: string
  readonly description: string
  /** May occur any number of times, or not at all. */
  readonly repeated?: true
}

/** The part of a command that the parser uses. */
export interface Syntax<O extends Options = Options> {
  readonly name: string
  readonly arguments: ReadonlyArray<Argument>
  readonly options: O
}

/** A command, as help and completions see it. */
export interface Command extends Syntax<Options & typeof common> {
  /** A few words, without a period. */
  readonly summary: string
  readonly details: string
  /** Without the program name. */
  readonly examples: ReadonlyArray<string>
  run(given: Parsed): Effect.Effect<void, Failure, Output>
}

export interface Parsed extends Values<typeof common> {
  readonly files: ReadonlyArray<string>
}

export const common = {
  json: { description: "Print the result as JSON" },
  color: {
    type: choice("always", "never"),
    description: "When to use color; by default NO_COLOR, FORCE_COLOR and the terminal decide"
  },
  width: { type: wholeNumber, description: "Output width in columns; by default the width of the terminal" },
  progress: { description: "Show progress even if standard error is not a terminal" },
  help: { short: "h", description: "Show this help" }
} as const satisfies Options

const files: Argument = {
  name: "FILE",
  description: "A JSON Lines file, plain or gzipped. Without a file, or with -, reads standard input",
  repeated: true
}

/** The declaration of a command. The arguments default to files. */
interface Declared<O extends Options> extends Omit<Command, "arguments" | "options" | "run"> {
  readonly arguments?: ReadonlyArray<Argument>
  readonly options: O
  readonly run: (given: Parsed & Values<O>) => Effect.Effect<void, Failure, Output>
}

export const command = <const O extends Options>(declared: Declared<O>): Command => ({
  arguments: [files],
  ...declared,
  options: { ...declared.options, ...common }
})

/** How many arguments come before the list of files; infinite if the command takes no list. */
const argumentsBeforeFiles = ({ arguments: all }: Command): number =>
  all.at(-1)?.repeated === true ? all.length - 1 : Infinity

/** Runs a command and provides its output. */
export const execute = (command: Command, given: Parsed): Effect.Effect<void, Failure> => {
  if (given.files.length === argumentsBeforeFiles(command) && process.stdin.isTTY === true) {
    // Waiting for input from a terminal would look like a hang.
    return Effect.fail(
      new UsageError({ message: `No input: name a file, or pipe one in. See ${helpOf(command.name)}` })
    )
  }
  return command.run(given).pipe(
    Effect.tapError(() =>
      Effect.catchAll(checkTruncated, ({ message }) => Effect.flatMap(Output, ({ log }) => log(message)))
    ),
    Effect.zipLeft(checkTruncated),
    Effect.provide(Output.layer(given))
  )
}

export const helpOf = (name: string): string => `\`loom-telemetry ${name}${name === "" ? "" : " "}--help\``

const checkTruncated: Effect.Effect<void, IoError, Output> = Effect.flatMap(
  Output,
  ({ truncated }) =>
    Effect.flatMap(truncated, (paths) =>
      paths.length === 0 ? Effect.void : Effect.fail(
        new IoError({
          message: `${
            paths.join(", ")
          }: the compressed data is truncated or corrupt. The result covers only the part that could be read`
        })
      ))
)
