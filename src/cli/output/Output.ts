/**
 * Where a command writes: standard output and standard error, with their width, colour and progress.
 *
 * A reader that closes the pipe (`… | head`) is not an error: the command ends quietly with exit code 0.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { oneLine } from "../../records/oneLine.js"
import { Redactor } from "../../records/redact/Redactor.js"

/** The output of a command. */
export interface OutputService {
  /** Writes to standard output, and waits for a slow reader. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Writes a line to standard error. */
  readonly log: (text: string) => Effect.Effect<void>
  /** Notes an input whose compressed data ends early: the command answers from what it could read, then fails. */
  readonly noteTruncated: (path: string) => Effect.Effect<void>
  /** The inputs that were noted. */
  readonly truncated: Effect.Effect<ReadonlyArray<string>>
  /** Replaces the progress line on standard error; an empty text removes it. Does nothing unless progress is shown. */
  readonly progress: (text: string) => Effect.Effect<void>
  /** Columns; infinite unless standard output is a terminal or `COLUMNS` is set. */
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

/** What the command line asks for. */
export interface OutputOptions {
  /** `undefined`: `NO_COLOR`, `FORCE_COLOR` and the terminal decide. */
  readonly color: "always" | "never" | undefined
  readonly width: number | undefined
  /** Shows progress even if standard error is not a terminal. */
  readonly progress: boolean
}

/** Whether to use colour: what was asked for, else `NO_COLOR` (no-color.org), `FORCE_COLOR`, the terminal. */
export const wantsColor = (
  asked: OutputOptions["color"]
): boolean => {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = process.env
  return asked !== undefined
    ? asked === "always"
    : no !== undefined && no !== ""
    ? false
    : force !== undefined
    ? force !== "0"
    : process.stdout.isTTY === true && term !== "dumb"
}

/** Columns of the output: what was asked for, else `COLUMNS`, the terminal. */
export const widthOf = (asked: number | undefined): number => {
  const columns = asked ?? (Number(process.env["COLUMNS"]) || process.stdout.columns)
  return columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/** Ends the process, as other programs do, when the reader of its output has gone. */
export const endWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 3))
  }
}

const redactor = new Redactor()

/** A text on one line, without secrets and with control characters escaped; `max` is in characters. */
export const line = (text: string, max = 16_384): string => oneLine(text, max, redactor)

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
  const truncated: Array<string> = []
  let isShown = false
  const clear = (): string => {
    const text = isShown ? "\r\u001b[K" : ""
    isShown = false
    return text
  }
  return {
    write: (text) => writeTo(stdout, text),
    log: (text) => Effect.suspend(() => writeTo(stderr, `${clear()}${line(text)}\n`)),
    noteTruncated: (path) => Effect.sync(() => void truncated.push(path)),
    truncated: Effect.sync(() => truncated),
    progress: (text) =>
      Effect.suspend(() => {
        if (!showsProgress) {
          return Effect.void
        }
        const replaced = clear() + line(text)
        isShown = text !== ""
        return writeTo(stderr, stderr.isTTY === true || text === "" ? replaced : `${line(text)}\n`)
      }),
    width: widthOf(options.width),
    color: wantsColor(options.color),
    isTerminal: stdout.isTTY === true
  }
}
