/**
 * The input of a command: files, or standard input for `-` and if there is no file.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createReadStream, statSync } from "node:fs"
import { binaryFormat, isRecordStart, seemsToBe } from "../../readers/foreign.js"
import { gunzipped, type GzipError } from "../../readers/gunzip.js"
import type { Line } from "../../readers/LineSplitter.js"
import { type Skipped, skippedIn } from "../../readers/otlpSkipped.js"
import { otlpEntries } from "../../readers/TraceEntry.js"
import { IoError, systemReason } from "../Failure.js"
import { plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"

const chunkSize = 256 * 1024

/** Progress is shown for files of at least this many bytes. */
const largeFile = 16 * 1024 * 1024

/** Bytes between two progress updates. */
export const progressStep: number = 8 * 1024 * 1024

export const cannotRead = (path: string, error: unknown): IoError =>
  new IoError({
    message: `cannot read ${path}: ${systemReason(error, { ENOENT: "no such file" })}`
  })

export const nameOf = (path: string): string => path === "-" ? "standard input" : path

/** The size of a regular file in bytes, if it is one. */
export const sizeOf = (path: string): number | undefined => {
  try {
    const facts = statSync(path)
    return facts.isFile() ? facts.size : undefined
  } catch {
    return undefined
  }
}

export const chunksOf = (path: string): AsyncIterable<Uint8Array> =>
  path === "-" ? process.stdin : createReadStream(path, { highWaterMark: chunkSize })

const percent = (read: number, size: number): string => `${Math.min(100, Math.floor((read / size) * 100))}%`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

/** Shows progress while a large file is read; takes the number of bytes read so far. */
export const progressOf = (path: string): Effect.Effect<(read: number) => Effect.Effect<void>, never, Output> =>
  Effect.map(Output, (output) => {
    const size = sizeOf(path)
    const isLong = size === undefined || size >= largeFile
    let shown = 0
    return (read) => {
      if (!isLong || read - shown < progressStep) {
        return Effect.void
      }
      shown = read
      const share = size === undefined ? "" : ` of ${megabytes(size)}, ${percent(read, size)}`
      return output.progress(`reading ${nameOf(path)}: ${megabytes(read)}${share}`)
    }
  })

export const clearProgress: Effect.Effect<void, never, Output> = Effect.flatMap(Output, ({ progress }) => progress(""))

const noBytes = new Uint8Array(0)

/**
 * Detects a file that is not a trace file: one that has lines but no record. Every command rejects it and says what it seems to be; otherwise a wrong
 * file would pass every check.
 */
export class Recognition {
  private head: Uint8Array | undefined = undefined
  private first: string | undefined = undefined
  private records = 0
  private measurements = 0
  private logs = 0
  private hasLoggedSkipped = false

  /** `isPart`: only the start of the file is read. */
  constructor(private readonly path: string, private readonly isPart = false) {}

  /** Takes decompressed bytes; returns an error if the first ones are those of a binary format. */
  bytes(chunk: Uint8Array): IoError | undefined {
    if (this.head !== undefined) {
      return undefined
    }
    this.head = chunk.slice(0, 4096)
    const format = binaryFormat(this.head)
    return format === undefined ? undefined : this.refused(format)
  }

  private refused(what: string): IoError {
    // Text after a colon already says what to do.
    const advice = what.includes(": ") ? "" : ". Only trace files of this package and spans in OTLP/JSON are read"
    return new IoError({ message: `no records in ${nameOf(this.path)}: it seems to be ${what}${advice}` })
  }

  /** Takes a line, and whether it held a record. */
  line({ text, torn }: Pick<Line, "text" | "torn">, hasRecord: boolean): void {
    const skipped = skippedIn(text)
    if (skipped !== undefined) {
      this.skip(skipped)
    }
    if (hasRecord) {
      this.records++
    } else {
      this.bad(text, torn)
    }
  }

  skip({ logs, measurements }: Skipped): void {
    this.measurements += measurements
    this.logs += logs
  }

  private bad(text: string, torn: boolean): void {
    if (this.first === undefined && this.records === 0) {
      const isStartOrEmpty = torn && isRecordStart(this.head ?? noBytes, text) || isEmptyRequest(text)
      this.first = isStartOrEmpty ? undefined : text.slice(0, 4096)
    }
  }

  /** Fails if there were lines, but no record. Otherwise logs how much of an OTLP file was skipped. */
  readonly check: Effect.Effect<void, IoError, Output> = Effect.suspend(() =>
    this.records === 0 && this.first !== undefined
      ? Effect.fail(this.refused(seemsToBe(this.head ?? noBytes, this.first)))
      : this.logSkipped
  )

  /** Logs once how much of an OTLP file was skipped so far. */
  readonly logSkipped: Effect.Effect<void, never, Output> = Effect.suspend(() => {
    const parts = [
      ...(this.measurements > 0 ? [plural(this.measurements, "measurement")] : []),
      ...(this.logs > 0 ? [plural(this.logs, "log record")] : [])
    ]
    if (parts.length === 0 || this.hasLoggedSkipped) {
      return Effect.void
    }
    this.hasLoggedSkipped = true
    const many = `${this.isPart ? "at least " : ""}${parts.join(" and ")}`
    return Effect.flatMap(
      Output,
      ({ logOnce }) => logOnce(`${nameOf(this.path)}: skipped ${many} of OTLP; only spans and scores are read`)
    )
  })
}

/** Whether a line is an OTLP request for spans that contains none. */
const isEmptyRequest = (text: string): boolean =>
  /^\{\s*"resource_?[Ss]pans"/.test(text) &&
  otlpEntries({ text, line: 1, offset: 0, torn: false, overlong: 0 })?.length === 0

/** The bytes of one file as they are. Shows progress if it is large. */
const bytesOf = (path: string): Stream.Stream<Uint8Array, IoError, Output> =>
  Stream.unwrap(Effect.map(progressOf(path), (show) => {
    let read = 0
    return Stream.fromAsyncIterable(chunksOf(path), (error) => cannotRead(nameOf(path), error)).pipe(
      Stream.tap((chunk) => show(read += chunk.length)),
      Stream.ensuring(clearProgress)
    )
  }))

/** The decompressed bytes of one file. */
export const unpackedOf = (
  path: string,
  recognition: Recognition
): Stream.Stream<Uint8Array, IoError | GzipError, Output> =>
  Stream.unwrap(Effect.map(Effect.runtime<Output>(), (runtime) => {
    const bytes = Stream.toAsyncIterableRuntime(bytesOf(path), runtime)
    return Stream.tap(
      Stream.fromAsyncIterable(gunzipped(bytes), (error) => error as IoError | GzipError),
      (chunk) => {
        const refused = recognition.bytes(chunk)
        return refused === undefined ? Effect.void : Effect.fail(refused)
      }
    )
  }))

/** Notes that compressed data is damaged, or logs that other data follows it. */
export const noteBroken = (path: string, { ignored, problem }: GzipError): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, (output) =>
    ignored > 0
      ? output.logOnce(`${nameOf(path)}: ${problem}, and cannot be read`)
      : output.noteTruncated(nameOf(path)))

export const inputPaths = (files: ReadonlyArray<string>): ReadonlyArray<string> => files.length === 0 ? ["-"] : files
