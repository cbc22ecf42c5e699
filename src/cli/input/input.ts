/**
 * What a command reads: files, or standard input for `-` and for no file.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createReadStream, statSync } from "node:fs"
import type { TraceEntry } from "../../readers/TraceEntry.js"
import * as TraceFile from "../../readers/TraceFile.js"
import { IoError, systemReason } from "../Failure.js"
import { Output } from "../output/Output.js"

const chunkSize = 256 * 1024

/** Reading a file of at least so many bytes shows progress. */
const largeFile = 16 * 1024 * 1024

/** Bytes between two lines of progress. */
export const progressStep: number = 8 * 1024 * 1024

/** The error for a file that cannot be read. */
export const cannotRead = (path: string, error: unknown): IoError =>
  new IoError({
    message: `Cannot read ${path}: ${systemReason(error, { ENOENT: "there is no such file" })}`
  })

/** The name of an input in messages. */
export const nameOf = (path: string): string => path === "-" ? "standard input" : path

/** The size of a regular file in bytes, if it is one. */
const sizeOf = (path: string): number | undefined => {
  try {
    const facts = statSync(path)
    return facts.isFile() ? facts.size : undefined
  } catch {
    return undefined
  }
}

/** The bytes of one file as Node reads them. */
export const chunksOf = (path: string): AsyncIterable<Uint8Array> =>
  path === "-" ? process.stdin : createReadStream(path, { highWaterMark: chunkSize })

const percent = (read: number, size: number): string => `${Math.min(100, Math.floor((read / size) * 100))} %`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

/** Shows progress while a large file is read; call it with the bytes read so far. */
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

/** Removes the progress line. */
export const clearProgress: Effect.Effect<void, never, Output> = Effect.flatMap(Output, ({ progress }) => progress(""))

/** The bytes of one file. Shows progress if it is large. */
export const bytesOf = (path: string): Stream.Stream<Uint8Array, IoError, Output> =>
  Stream.unwrap(Effect.map(progressOf(path), (show) => {
    let read = 0
    return Stream.fromAsyncIterable(chunksOf(path), (error) => cannotRead(nameOf(path), error)).pipe(
      Stream.tap((chunk) => show(read += chunk.length)),
      Stream.ensuring(clearProgress)
    )
  }))

/** The lines of one file: records, and lines that hold none. Notes compressed data that ends early. */
export const entriesOf = (path: string): Stream.Stream<TraceEntry, IoError, Output> =>
  Stream.tap(
    TraceFile.entries(bytesOf(path)),
    (entry) => entry.kind === "bad" && entry.broken === true ? noteTruncated(path) : Effect.void
  )

/** Reads the entries of these files one by one. */
export const forEachEntry = (
  paths: ReadonlyArray<string>,
  take: (entry: TraceEntry) => void
): Effect.Effect<void, IoError, Output> =>
  Stream.runForEach(Stream.flatMap(Stream.fromIterable(paths), entriesOf), (entry) => Effect.sync(() => take(entry)))

/** Notes that a file's compressed data ends early. */
export const noteTruncated = (path: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, (output) => output.noteTruncated(nameOf(path)))

/** The files that a command was given, or standard input. */
export const inputPaths = (files: ReadonlyArray<string>): ReadonlyArray<string> => files.length === 0 ? ["-"] : files
