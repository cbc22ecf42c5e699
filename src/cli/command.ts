/**
 * What all commands share: files, `--json`, colour, width, progress, and how they describe themselves.
 */
import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { unknownOption } from "./argv.js"
import { type Failure, InputError, UsageError } from "./Failure.js"
import { Output } from "./output/Output.js"

/** The files to read. */
export const files = Args.repeated(Args.text({ name: "FILE" })).pipe(
  Args.withDescription("JSON lines, plain or gzip. - is standard input, and so is nothing")
)

/** An option whose value is a number of things: none, or some. `wrongOption` sees to that, by the name of the value. */
export const amount = (name: string): Options.Options<number> => Options.withPseudoName(Options.integer(name), "N")

/** Options that every command takes. */
export const common = {
  json: Options.boolean("json").pipe(Options.withDescription("Print the answer as JSON, for programs")),
  color: Options.optional(Options.choice("color", ["always", "never"])).pipe(
    Options.withDescription("Default is what the terminal, NO_COLOR and FORCE_COLOR say")
  ),
  width: Options.optional(amount("width")).pipe(
    Options.withDescription("Columns of the output; default is those of the terminal")
  ),
  progress: Options.boolean("progress").pipe(
    Options.withDescription("Show progress also where standard error is no terminal")
  )
}

/** The option that says what the rows of a table stand for. */
export const rowsBy = <const D extends string>(dimensions: ReadonlyArray<D>, usual: NoInfer<D>): Options.Options<D> =>
  Options.choice("by", dimensions).pipe(
    Options.withDefault(usual),
    Options.withDescription(`What the rows stand for; default ${usual}`)
  )

/** What `common` gives. */
export interface Common {
  readonly json: boolean
  readonly color: Option.Option<"always" | "never">
  readonly width: Option.Option<number>
  readonly progress: boolean
}

/** Runs a command's work with its output; words that look like options but are none end it. */
export const working = (
  given: Common & { readonly files?: ReadonlyArray<string> },
  work: Effect.Effect<void, Failure, Output>
): Effect.Effect<void, Failure> => {
  if (given.files?.length === 0 && process.stdin.isTTY === true) {
    // It would sit and wait, and look as if it hung.
    return Effect.fail(new UsageError({ message: "Name a file, or pipe one in. `--help` shows how" }))
  }
  const stranger = unknownOption(given.files ?? [], process.argv)
  if (stranger !== undefined) {
    return Effect.fail(
      new UsageError({ message: `There is no option ${stranger}. \`--help\` lists those that there are` })
    )
  }
  const color = Option.getOrUndefined(given.color)
  const layer = Output.layer({
    color: color === undefined ? undefined : color === "always",
    width: Option.getOrUndefined(given.width),
    progress: given.progress
  })
  return work.pipe(Effect.tapError(() => sayBrokenOff), Effect.zipLeft(failBrokenOff), Effect.provide(layer))
}

const brokenOff = Effect.flatMap(
  Output,
  (output) =>
    Effect.map(output.brokenOff, (paths) =>
      paths.length === 0
        ? undefined
        : `${
          paths.join(", ")
        }: the compressed data ends early or is damaged. The answer is from what could be read of it`)
)

const sayBrokenOff = Effect.flatMap(
  Output,
  ({ say }) => Effect.flatMap(brokenOff, (message) => message === undefined ? Effect.void : say(message))
)

const failBrokenOff = Effect.flatMap(
  brokenOff,
  (message) => message === undefined ? Effect.void : Effect.fail(new InputError({ message }))
)

/** A description: what the command answers in a few words without a full stop, what else there is to know, how it is called. */
export const described = (summary: string, detail: string, examples: ReadonlyArray<string>): HelpDoc.HelpDoc =>
  HelpDoc.blocks([
    HelpDoc.p(summary),
    HelpDoc.p(detail),
    HelpDoc.h1("EXAMPLES"),
    ...examples.map((each) => HelpDoc.p(each))
  ])
