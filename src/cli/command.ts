/**
 * What a command is: one table for its parsing, help and completions, and what it does.
 */
import * as Effect from "effect/Effect"
import { type Failure, IoError, UsageError } from "./Failure.js"
import { choice, type Options, type Values, wholeNumber } from "./options.js"
import { Output } from "./output/Output.js"

/** A word that is not an option. */
export interface Argument {
  readonly name: string
  readonly description: string
  /** Any number of them, including none. */
  readonly repeated?: true
}

/** What parsing needs to know. */
export interface Syntax<O extends Options = Options> {
  readonly name: string
  readonly arguments: ReadonlyArray<Argument>
  readonly options: O
}

/** A command, as help and completions see it. */
export interface Command extends Syntax<Options & typeof common> {
  /** A few words without a full stop. */
  readonly summary: string
  readonly details: string
  /** Without the program's name. */
  readonly examples: ReadonlyArray<string>
  run(given: Parsed): Effect.Effect<void, Failure, Output>
}

/** What every command is given. */
export interface Parsed extends Values<typeof common> {
  readonly files: ReadonlyArray<string>
}

/** Options that every command takes. */
export const common = {
  json: { description: "Print the answer as JSON, for programs" },
  color: {
    type: choice("always", "never"),
    description: "By default the terminal, NO_COLOR and FORCE_COLOR decide"
  },
  width: { type: wholeNumber, description: "Columns of the output; by default those of the terminal" },
  progress: { description: "Show progress even if standard error is not a terminal" },
  help: { short: "h", description: "Show this help" }
} as const satisfies Options

const files: Argument = {
  name: "FILE",
  description: "JSON lines, plain or gzip. - or no file reads standard input",
  repeated: true
}

/** How a command is declared: arguments are files unless it says otherwise. */
interface Declared<O extends Options> extends Omit<Command, "arguments" | "options" | "run"> {
  readonly arguments?: ReadonlyArray<Argument>
  readonly options: O
  readonly run: (given: Parsed & Values<O>) => Effect.Effect<void, Failure, Output>
}

/** Declares a command. */
export const command = <const O extends Options>(declared: Declared<O>): Command => ({
  arguments: [files],
  ...declared,
  options: { ...declared.options, ...common }
})

/** Runs a command, with its output. */
export const execute = (command: Command, given: Parsed): Effect.Effect<void, Failure> => {
  if (given.files.length === 0 && process.stdin.isTTY === true) {
    // Waiting for input would look like hanging.
    return Effect.fail(new UsageError({ message: `Name a file, or pipe one in. ${helpOf(command.name)} shows how` }))
  }
  return command.run(given).pipe(
    Effect.tapError(() =>
      Effect.catchAll(checkTruncated, ({ message }) => Effect.flatMap(Output, ({ log }) => log(message)))
    ),
    Effect.zipLeft(checkTruncated),
    Effect.provide(Output.layer(given))
  )
}

/** The command line that shows the help of a command. */
export const helpOf = (name: string): string => `\`loom-telemetry ${name}${name === "" ? "" : " "}--help\``

/** Fails if compressed input was truncated. */
const checkTruncated: Effect.Effect<void, IoError, Output> = Effect.flatMap(
  Output,
  ({ truncated }) =>
    Effect.flatMap(truncated, (paths) =>
      paths.length === 0 ? Effect.void : Effect.fail(
        new IoError({
          message: `${
            paths.join(", ")
          }: the compressed data ends early or is damaged. The answer covers only what could be read`
        })
      ))
)
