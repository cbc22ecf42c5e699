/**
 * A stream that keeps its output, and helpers to run a program under a console sink.
 */
import * as Effect from "effect/Effect"
import { type ConsoleOptions, type ConsoleStream, ConsoleTelemetry } from "loom-telemetry"

/** A stream that keeps its text. */
export interface Capture extends ConsoleStream {
  readonly text: () => string
  readonly lines: () => ReadonlyArray<string>
}

/** A stream, by default not a terminal. */
export const capture = (terminal: { readonly isTTY?: boolean; readonly columns?: number } = {}): Capture => {
  let text = ""
  return {
    ...terminal,
    write: (more) => {
      text += more
      return true
    },
    text: () => text,
    lines: () => text.split("\n").slice(0, -1)
  }
}

/** The lines that a program prints until its layer is released. */
export const linesOf = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options: ConsoleOptions = {}
): Effect.Effect<ReadonlyArray<string>, never, R> =>
  Effect.suspend(() => {
    const stream = capture()
    const layer = ConsoleTelemetry.layer({ color: false, stream, ...options })
    return Effect.map(Effect.exit(Effect.provide(program, layer)), () => stream.lines())
  })
