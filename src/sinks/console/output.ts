/**
 * Writes lines to a stream, standard error by default. If it fails or is too slow, lines are lost, counted and reported; the program never
 * sees an exception.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { catchRejection } from "../../records/promises.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import type { LineStyle } from "../../records/terminal/recordLine.js"
import { redactorHere } from "../../telemetry/contextKeys.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, warnBy } from "../../telemetry/report.js"

/** Anything with `write(text)`: a Node stream, or an object of your own. */
export interface ConsoleStream {
  /** Receives whole lines. If it throws, or returns a promise that rejects, the error is counted and reported. */
  readonly write: (text: string) => unknown
}

/** Why a record was not printed: the stream's reader is too slow, or the stream failed. */
export type ConsoleDropReason = "queue_full" | "io"

/** Counts of the records. `accepted = written + queued + the sum of dropped`. */
export interface ConsoleStats {
  /** Ended spans, scores, and measurements if they are shown. */
  readonly accepted: number
  /** Records accepted by the stream; with a Node stream, those it has passed on. */
  readonly written: number
  /** Records waiting for the root of their trace to end (`order: "tree"`), or buffered in the stream. */
  readonly queued: number
  /** Records that were not printed, by reason. */
  readonly dropped: { readonly [Reason in ConsoleDropReason]: number }
  /** Traces printed partly before their root ended, because too many records were waiting (`order: "tree"`). */
  readonly printedEarly: number
  /** The stream's last error as text, or `null`. */
  readonly lastError: string | null
}

/** Options for the appearance and destination of the output. */
export interface OutputOptions {
  readonly stream?: ConsoleStream
  readonly color?: boolean | "auto"
  readonly width?: number
}

/** Called when the stream has passed a line on, or failed to. */
type Written = (error?: unknown) => void

/** The optional parts of a Node stream. */
interface TerminalStream {
  readonly write: (text: string, written?: Written) => unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly destroyed?: boolean
  /** The amount buffered because the reader is slow, ≥ 0, in the stream's own unit. */
  readonly writableLength?: number
  readonly on?: (event: "error", listener: (error: unknown) => void) => unknown
}

/** How much a stream may buffer for a slow reader before lines are dropped, in the stream's own unit. */
const maxBuffered = 8 * 1024 * 1024

/** Opens the output for the current scope. */
export const openOutput = (options: OutputOptions): Effect.Effect<ConsoleOutput, never, Scope.Scope> =>
  Effect.flatMap(redactorHere, (rules) => {
    const stream: TerminalStream = options.stream ?? standardError()
    const output = new ConsoleOutput(stream, options, rules)
    return Effect.acquireRelease(
      Effect.sync(() => {
        writersTo(stream).add(output.failed)
        return output
      }),
      () => Effect.sync(() => writersTo(stream).delete(output.failed))
    )
  })

/** Writes lines to one stream and counts their outcome. */
export class ConsoleOutput {
  readonly counts = new Counts()
  private readonly color: boolean
  private readonly reporter: Reporter
  private readonly waiting = new Set<() => void>()
  /** Lines buffered in the stream. */
  private held = 0
  private errors = 0
  private isWriting = false

  constructor(
    private readonly stream: TerminalStream,
    private readonly options: OutputOptions,
    private readonly rules: Redactor
  ) {
    this.color = wantsColor(stream, options.color ?? "auto")
    this.reporter = new Reporter(warnBy(rules))
  }

  /** Evaluated for each line, because a terminal can be resized. */
  get style(): LineStyle {
    const { isTTY, columns } = this.stream
    return {
      color: this.color,
      width: Math.max(20, this.options.width ?? (isTTY === true && columns ? columns : Infinity))
    }
  }

  /** Writes the line of a record and counts it. */
  write(line: string): void {
    this.send(line, true)
  }

  /** Writes a line that is not counted as a record. */
  announce(line: string): void {
    this.send(line, false)
  }

  /** Completes when the stream has passed on all lines so far. Has no time limit, so it may never complete if the reader stalls. */
  readonly drained: Effect.Effect<void> = Effect.async<void>((resume) => {
    if (this.held === 0) {
      return resume(Effect.void)
    }
    // Yields first, so that the line is counted: Effect 4 runs the continuation inside this call.
    const done = () => resume(Effect.yieldNow())
    this.waiting.add(done)
    return Effect.sync(() => this.waiting.delete(done))
  })

  /** Called when the stream reports an error, for the line being written or for an earlier one. */
  readonly failed = (error: unknown): void => {
    this.errors++
    if (!this.isWriting && !callsBack(this.stream) && this.counts.written > 0) {
      this.counts.written--
      this.counts.dropped.io++
    }
    this.counts.lastError = shownError(error, this.rules)
    this.reporter.every(
      "write",
      `Console telemetry lost lines: its stream failed with ${this.counts.lastError}. The program continues`
    )
  }

  // The callbacks for a Node stream, created once instead of for each line.
  private readonly recordWritten: Written = (error) => this.release(resultOf(error), true)
  private readonly otherWritten: Written = (error) => this.release(resultOf(error), false)

  private send(line: string, isRecord: boolean): void {
    if (this.stream.destroyed === true) {
      this.count("io", isRecord)
    } else if ((this.stream.writableLength ?? 0) > maxBuffered) {
      this.count("queue_full", isRecord)
      this.reporter.every("slow", "Console telemetry drops lines: the reader of its stream is too slow")
    } else if (callsBack(this.stream)) {
      this.held++
      if (this.attempt(() => this.stream.write(line, isRecord ? this.recordWritten : this.otherWritten)) === "thrown") {
        this.release("io", isRecord)
      }
    } else {
      this.count(this.attempt(() => this.stream.write(line)) === "taken" ? "written" : "io", isRecord)
    }
  }

  private attempt(write: () => unknown): "taken" | "failed" | "thrown" {
    const before = this.errors
    this.isWriting = true
    try {
      catchRejection(write(), this.failed)
      return this.errors === before ? "taken" : "failed"
    } catch (error) {
      this.failed(error)
      return "thrown"
    } finally {
      this.isWriting = false
    }
  }

  private release(result: Result, isRecord: boolean): void {
    this.held--
    this.count(result, isRecord)
    if (this.held === 0) {
      this.waiting.forEach((done) => done())
      this.waiting.clear()
    }
  }

  private count(result: Result, isRecord: boolean): void {
    if (isRecord && result === "written") {
      this.counts.written++
    } else if (isRecord && result !== "written") {
      this.counts.dropped[result]++
    }
  }
}

/** The outcome of writing a line. */
type Result = "written" | ConsoleDropReason

const resultOf = (error: unknown): Result => error === undefined || error === null ? "written" : "io"

class Counts {
  accepted = 0
  written = 0
  printedEarly = 0
  lastError: string | null = null
  readonly dropped: { [Reason in ConsoleDropReason]: number } = { queue_full: 0, io: 0 }

  read(): ConsoleStats {
    const { accepted, dropped, lastError, printedEarly, written } = this
    const queued = accepted - written - dropped.io - dropped.queue_full
    return { accepted, written, queued, dropped: { ...dropped }, printedEarly, lastError }
  }
}

// Not an import: the root entry point also runs without Node.
const standardError = (): TerminalStream =>
  // eslint-disable-next-line no-console
  typeof process === "undefined" ? { write: (text) => console.error(text.trimEnd()) } : process.stderr

/**
 * Whether to use colours: `NO_COLOR` and `FORCE_COLOR` (https://no-color.org, https://force-color.org), otherwise whether the stream is a terminal.
 */
const wantsColor = (stream: TerminalStream, color: boolean | "auto"): boolean => {
  if (color !== "auto") {
    return color
  }
  const { FORCE_COLOR: force, NO_COLOR: no }: { readonly [name: string]: string | undefined } =
    typeof process === "undefined" ? {} : process.env
  if (no !== undefined && no !== "") {
    return false
  }
  return force !== undefined && force !== "" ? force !== "0" : stream.isTTY === true
}

// A replaced `write`, as in tests, may never call back.
const callsBack = (stream: TerminalStream): boolean =>
  typeof stream.writableLength === "number" && stream.on !== undefined && !Object.hasOwn(stream, "write")

/** The error handlers of the sinks that are writing to each stream. */
const writers = new WeakMap<TerminalStream, Set<(error: unknown) => void>>()

/**
 * A Node stream whose reader is gone emits "error", which ends the process if no one listens. Each stream gets one listener and keeps it,
 * because the error for the last lines often comes after the layer has closed.
 */
const writersTo = (stream: TerminalStream): Set<(error: unknown) => void> => {
  const known = writers.get(stream)
  if (known !== undefined) {
    return known
  }
  const made = new Set<(error: unknown) => void>()
  writers.set(stream, made)
  stream.on?.("error", (error) => made.forEach((failed) => failed(error)))
  return made
}
