/**
 * Where lines go: standard error unless told otherwise. A stream that fails is counted and reported, never thrown at the program.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { defaultLimits } from "../../records/attributes.js"
import { describe } from "../../telemetry/outcome.js"
import { Reporter } from "../../telemetry/report.js"
import { listen } from "./brokenStreams.js"
import type { LineStyle } from "./format.js"

/** Anything that text can be written to: a Node stream, an object with a `write` of your own. */
export interface ConsoleStream {
  readonly write: (text: string) => unknown
}

/** What a stream may know of its terminal, and how it may say that it broke. */
interface TerminalStream extends ConsoleStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly destroyed?: boolean
  /** What it holds because its reader is slow, ≥ 0. */
  readonly writableLength?: number
  readonly on?: (event: "error", listener: (error: unknown) => void) => unknown
}

/** How much a stream may hold for a slow reader before lines are dropped, in its own count. */
const backlog = 8 * 1024 * 1024

/** Lines on their way out. */
export interface ConsoleOutput {
  readonly style: () => LineStyle
  readonly write: (line: string) => void
  /** Lines that the stream did not take, ≥ 0. */
  readonly dropped: () => number
}

/** How the output should look. */
export interface OutputOptions {
  readonly stream?: ConsoleStream
  readonly color?: boolean | "auto"
  readonly width?: number
}

const environment = (): { readonly [name: string]: string | undefined } =>
  typeof process === "undefined" ? {} : process.env

/** `NO_COLOR` and `FORCE_COLOR` (https://no-color.org, https://force-color.org), else whether it is a terminal. */
const wantsColor = (stream: TerminalStream, color: boolean | "auto"): boolean => {
  if (color !== "auto") {
    return color
  }
  const { FORCE_COLOR: force, NO_COLOR: no } = environment()
  if (no !== undefined && no !== "") {
    return false
  }
  return force !== undefined && force !== "" ? force !== "0" : stream.isTTY === true
}

// Not an import: the root entry point runs where there is no Node.
const standardError = (): TerminalStream =>
  // eslint-disable-next-line no-console
  typeof process === "undefined" ? { write: (text) => console.error(text.trimEnd()) } : process.stderr

/** Opens the output for the current scope. */
export const openOutput = (options: OutputOptions): Effect.Effect<ConsoleOutput, never, Scope.Scope> =>
  Effect.suspend(() => {
    const stream: TerminalStream = options.stream ?? standardError()
    const color = wantsColor(stream, options.color ?? "auto")
    const reporter = new Reporter()
    let dropped = 0
    const failed = (error: unknown): void => {
      dropped++
      reporter.once(
        "write",
        `The console telemetry lost lines: its stream failed with ${
          describe(error, defaultLimits)
        }. The program goes on`
      )
    }
    const output: ConsoleOutput = {
      style: () => ({ color, width: columns(options.width, stream) }),
      write: (line) => {
        if (stream.destroyed === true) {
          dropped++
          return
        }
        if ((stream.writableLength ?? 0) > backlog) {
          dropped++
          reporter.once("slow", "The console telemetry loses lines: whoever reads its stream cannot keep up")
          return
        }
        try {
          stream.write(line)
        } catch (error) {
          failed(error)
        }
      },
      dropped: () => dropped
    }
    return Effect.as(listen(stream, failed), output)
  })

const columns = (width: number | undefined, stream: TerminalStream): number =>
  Math.max(20, width ?? (stream.isTTY === true && stream.columns ? stream.columns : Infinity))
