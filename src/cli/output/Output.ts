/**
 * Where a command writes, and what it may assume of it: width, colour, whether anybody looks at its progress.
 *
 * A reader that goes away (`… | head`) is no error: the command ends, quietly, with 0.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { exitCodes } from "../Failure.js"
import { line } from "./line.js"

/** The output of a command. */
export interface OutputService {
  /** Writes to standard output, and waits where its reader is slow. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Says something on standard error, on a line of its own. */
  readonly say: (text: string) => Effect.Effect<void>
  /** Notes what could be read in part only: the command answers from that part, and then fails. */
  readonly breaksOff: (path: string) => Effect.Effect<void>
  /** What was noted. */
  readonly brokenOff: Effect.Effect<ReadonlyArray<string>>
  /** Replaces the line of progress on standard error; an empty text takes it away. Does nothing where nobody looks. */
  readonly progress: (text: string) => Effect.Effect<void>
  /** Columns; infinite where it is no terminal and `COLUMNS` is not set. */
  readonly width: number
  readonly color: boolean
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean
}

/** The output of a command. */
export class Output extends Context.Tag("loom-telemetry/cli/Output")<Output, OutputService>() {
  /** Standard output and standard error of this process. */
  static readonly layer = (options: OutputOptions): Layer.Layer<Output> => Layer.sync(Output, () => makeOutput(options))
}

/** What the command line and the environment say of the output. */
export interface OutputOptions {
  /** `undefined`: as the terminal, `NO_COLOR` and `FORCE_COLOR` say. */
  readonly color: boolean | undefined
  readonly width: number | undefined
  /** Shows progress also where standard error is no terminal. */
  readonly progress: boolean
}

/** Whether to use colour: what was asked for, else `NO_COLOR` (no-color.org), `FORCE_COLOR`, the terminal. */
export const wantsColor = (
  asked: boolean | undefined,
  environment: { readonly [name: string]: string | undefined },
  isTerminal: boolean
): boolean => {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = environment
  return asked ??
    (no !== undefined && no !== "" ? false : force !== undefined ? force !== "0" : isTerminal && term !== "dumb")
}

/** Columns of the output: what was asked for, else `COLUMNS`, the terminal. */
export const widthOf = (asked: number | undefined): number => {
  const columns = asked ?? (Number(process.env["COLUMNS"]) || process.stdout.columns)
  return columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/** Ends the process where the reader of its output is gone, as others do. */
export const endWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failed)
    })
  }
}

const writeTo = (stream: NodeJS.WriteStream, text: string): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (stream.write(text)) {
      resume(Effect.void)
    } else {
      stream.once("drain", () => resume(Effect.void))
    }
  })

const makeOutput = (options: OutputOptions): OutputService => {
  const { stderr, stdout } = process
  const showsProgress = options.progress || stderr.isTTY === true
  const broken: Array<string> = []
  let shown = false
  const clear = (): string => {
    const text = shown ? "\r\u001b[K" : ""
    shown = false
    return text
  }
  return {
    write: (text) => writeTo(stdout, text),
    say: (text) => Effect.suspend(() => writeTo(stderr, `${clear()}${line(text)}\n`)),
    breaksOff: (path) => Effect.sync(() => void broken.push(path)),
    brokenOff: Effect.sync(() => broken),
    progress: (text) =>
      Effect.suspend(() => {
        if (!showsProgress) {
          return Effect.void
        }
        const replaced = clear() + line(text)
        shown = text !== ""
        return writeTo(stderr, stderr.isTTY === true || text === "" ? replaced : `${line(text)}\n`)
      }),
    width: widthOf(options.width),
    color: wantsColor(options.color, process.env, stdout.isTTY === true),
    isTerminal: stdout.isTTY === true
  }
}
