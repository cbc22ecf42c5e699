/**
 * Where a command writes: standard output and standard error, with their width, color and progress.
 *
 * A reader that closes the pipe (`… | head`) is not an error: the command ends quietly with exit code 0.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeSync } from "node:fs"
import { oneLine } from "../../records/oneLine.js"
import { Redactor } from "../../records/redact/Redactor.js"
import { systemReason } from "../Failure.js"

export interface OutputService {
  /** Writes to standard output, and waits for a slow reader. */
  readonly write: (text: string) => Effect.Effect<void>
  readonly log: (text: string) => Effect.Effect<void>
  /** Logs a text only the first time, because a file may be read more than once. */
  readonly logOnce: (text: string) => Effect.Effect<void>
  /** Notes an input whose compressed data is damaged: the command prints a result for the part that it could read, then fails. */
  readonly noteTruncated: (path: string) => Effect.Effect<void>
  readonly truncated: Effect.Effect<ReadonlyArray<string>>
  /** Replaces the progress line on standard error; an empty text removes it. Does nothing unless progress is shown. */
  readonly progress: (text: string) => Effect.Effect<void>
  /** Columns; infinite unless standard output is a terminal or `COLUMNS` is set. */
  readonly width: number
  readonly color: boolean
  readonly isTerminal: boolean
}

export class Output extends Context.Tag("loom-telemetry/cli/Output")<Output, OutputService>() {
  static readonly layer = (options: OutputOptions): Layer.Layer<Output> => Layer.sync(Output, () => makeOutput(options))
}

export interface OutputOptions {
  /** `undefined`: `NO_COLOR`, `FORCE_COLOR` and the terminal decide. */
  readonly color: "always" | "never" | undefined
  readonly width: number | undefined
  readonly progress: boolean
}

/** Whether to use color: by option, else by `NO_COLOR` (no-color.org), `FORCE_COLOR` or the terminal. */
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

/** The output width in columns: by option, else by `COLUMNS` or the terminal. */
export const widthOf = (asked: number | undefined): number => {
  const columns = asked ?? (Number(process.env["COLUMNS"]) || process.stdout.columns)
  return columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/** Ends the process quietly when the reader of its output has gone, and with a message when the output cannot be written. */
export const endWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") {
        process.exit(0)
      }
      if (stream === process.stdout) {
        writeAtOnce(`loom-telemetry: cannot write to standard output: ${systemReason(error, {})}\n`)
      }
      process.exit(3)
    })
  }
}

/** Writes synchronously, because the process ends before a stream would write. */
const writeAtOnce = (text: string): void => {
  try {
    writeSync(process.stderr.fd, text)
  } catch {
    // Standard error cannot be written either.
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
  const truncated = new Set<string>()
  let isShown = false
  const clear = (): string => {
    const text = isShown ? "\r\u001b[K" : ""
    isShown = false
    return text
  }
  const log = (text: string): Effect.Effect<void> => Effect.suspend(() => writeTo(stderr, `${clear()}${line(text)}\n`))
  const logged = new Set<string>()
  return {
    write: (text) => writeTo(stdout, text),
    log,
    logOnce: (text) => Effect.suspend(() => logged.size < logged.add(text).size ? log(text) : Effect.void),
    noteTruncated: (path) => Effect.sync(() => void truncated.add(path)),
    truncated: Effect.sync(() => [...truncated]),
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
