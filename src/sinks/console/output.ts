/**
 * Where lines go: standard error unless told otherwise. A stream that fails is counted and reported, never thrown at the program.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { catchRejection } from "../../records/promises.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import type { LineStyle } from "../../records/terminal/recordLine.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, warnBy } from "../../telemetry/lifecycle/report.js"
import { Redaction } from "../../telemetry/Redaction.js"
import { listen } from "./brokenStreams.js"
import { type ConsoleDropReason, Counts } from "./counts.js"

/** Anything that text can be written to: a Node stream, an object with a `write` of your own. */
export interface ConsoleStream {
  /** Takes whole lines. What it throws, or rejects where it gives a promise, is counted and reported once. */
  readonly write: (text: string) => unknown
}

/** Told when a line was passed on, or why it was not. */
type Written = (error?: unknown) => void

/** What a stream may know of its terminal, and how it may say that it broke. */
interface TerminalStream {
  readonly write: (text: string, written?: Written) => unknown
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
  /** The line of a record: it is counted. */
  readonly write: (line: string) => void
  /** A line that stands for no record. */
  readonly announce: (line: string) => void
  /** Completes when the stream has passed on what it was given. Not bounded: a reader may stand still. */
  readonly drained: Effect.Effect<void>
  readonly counts: Counts
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

// One that was put in the place of a stream's own, as tests do, need not call back.
const callsBack = (stream: TerminalStream): boolean =>
  typeof stream.writableLength === "number" && stream.on !== undefined && !Object.hasOwn(stream, "write")

/** Opens the output for the current scope. */
export const openOutput = (options: OutputOptions): Effect.Effect<ConsoleOutput, never, Scope.Scope> =>
  Effect.flatMap(Redaction, (rules) => {
    const stream: TerminalStream = options.stream ?? standardError()
    const lines = new Lines(stream, rules)
    const color = wantsColor(stream, options.color ?? "auto")
    const output: ConsoleOutput = {
      style: () => ({ color, width: columns(options.width, stream) }),
      write: (line) => lines.write(line, true),
      announce: (line) => lines.write(line, false),
      drained: Effect.async<void>((resume) => {
        const forget = lines.whenDrained(() => resume(Effect.void))
        return Effect.sync(forget)
      }),
      counts: lines.counts
    }
    return Effect.as(listen(stream, lines.failed), output)
  })

/** Writes to one stream and counts what becomes of it. */
class Lines {
  readonly counts = new Counts()
  private readonly reporter: Reporter
  private readonly waiting = new Set<() => void>()
  /** Lines that the stream holds. */
  private held = 0
  private errors = 0
  private isWriting = false

  constructor(private readonly stream: TerminalStream, private readonly rules: Redactor) {
    this.reporter = new Reporter(warnBy(rules))
  }

  write(line: string, isCounted: boolean): void {
    if (this.stream.destroyed === true) {
      this.settle("io", isCounted)
    } else if ((this.stream.writableLength ?? 0) > backlog) {
      this.settle("queue_full", isCounted)
      this.reporter.every("slow", "The console telemetry loses lines: whoever reads its stream cannot keep up")
    } else if (callsBack(this.stream)) {
      this.held++
      if (this.attempt(() => this.stream.write(line, isCounted ? this.passedRecord : this.passedOther)) === "thrown") {
        this.release("io", isCounted)
      }
    } else {
      this.settle(this.attempt(() => this.stream.write(line)) === "taken" ? "written" : "io", isCounted)
    }
  }

  /** Calls back when the stream holds nothing, at once where that is so now; the function returned forgets it. */
  whenDrained(done: () => void): () => void {
    if (this.held === 0) {
      done()
    } else {
      this.waiting.add(done)
    }
    return () => this.waiting.delete(done)
  }

  /** The stream says that something went wrong: with the line that it is given, or with one that it had taken. */
  readonly failed = (error: unknown): void => {
    this.errors++
    if (!this.isWriting && !callsBack(this.stream) && this.counts.written > 0) {
      this.counts.written--
      this.counts.dropped.io++
    }
    this.counts.lastError = shownError(error, this.rules)
    this.reporter.every(
      "write",
      `The console telemetry lost lines: its stream failed with ${this.counts.lastError}. The program goes on`
    )
  }

  // What a stream of Node's calls for each line that it was given; made once, not for each line.
  private readonly passedRecord: Written = (error) => this.release(reasonOf(error), true)
  private readonly passedOther: Written = (error) => this.release(reasonOf(error), false)

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

  private release(how: Settlement, isCounted: boolean): void {
    this.held--
    this.settle(how, isCounted)
    if (this.held === 0) {
      this.waiting.forEach((done) => done())
      this.waiting.clear()
    }
  }

  private settle(how: Settlement, isCounted: boolean): void {
    if (!isCounted) {
      return
    }
    if (how === "written") {
      this.counts.written++
    } else {
      this.counts.dropped[how]++
    }
  }
}

/** What became of a line. */
type Settlement = "written" | ConsoleDropReason

const reasonOf = (error: unknown): Settlement => error === undefined || error === null ? "written" : "io"

const columns = (width: number | undefined, stream: TerminalStream): number =>
  Math.max(20, width ?? (stream.isTTY === true && stream.columns ? stream.columns : Infinity))
