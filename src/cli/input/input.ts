/**
 * The bytes that a command reads: files, or standard input for `-` and for no file at all.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createReadStream, statSync } from "node:fs"
import type { TraceEntry } from "../../readers/TraceEntry.js"
import * as TraceFile from "../../readers/TraceFile.js"
import { InputError, systemReason } from "../Failure.js"
import { Output } from "../output/Output.js"

const chunkSize = 256 * 1024

/** Bytes of a file from which on its progress is shown. */
const worthProgress = 16 * 1024 * 1024

/** Bytes between two lines of progress. */
export const step: number = 8 * 1024 * 1024

/** What is wrong with a file, and what to do. */
export const cannotRead = (path: string, error: unknown): InputError =>
  new InputError({
    message: `Cannot read ${path}: ${systemReason(error, { ENOENT: "there is no such file" })}`
  })

/** How a path is spoken of. */
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
export const source = (path: string): AsyncIterable<Uint8Array> =>
  path === "-" ? process.stdin : createReadStream(path, { highWaterMark: chunkSize })

const percent = (read: number, size: number): string => `${Math.min(100, Math.floor((read / size) * 100))} %`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

/** Says how far reading a file is, where that takes long. Given the bytes that were read so far, again and again. */
export const progressOf = (path: string): Effect.Effect<(read: number) => Effect.Effect<void>, never, Output> =>
  Effect.map(Output, (output) => {
    const size = sizeOf(path)
    const isLong = size === undefined || size >= worthProgress
    let shown = 0
    return (read) => {
      if (!isLong || read - shown < step) {
        return Effect.void
      }
      shown = read
      const share = size === undefined ? "" : ` of ${megabytes(size)}, ${percent(read, size)}`
      return output.progress(`reading ${nameOf(path)}: ${megabytes(read)}${share}`)
    }
  })

/** Takes the line of progress away. */
export const endProgress: Effect.Effect<void, never, Output> = Effect.flatMap(Output, ({ progress }) => progress(""))

/** The bytes of one file. Says how far it is where that takes long. */
export const bytesOf = (path: string): Stream.Stream<Uint8Array, InputError, Output> =>
  Stream.unwrap(Effect.map(progressOf(path), (show) => {
    let read = 0
    return Stream.fromAsyncIterable(source(path), (error) => cannotRead(nameOf(path), error)).pipe(
      Stream.tap((chunk) => show(read += chunk.length)),
      Stream.ensuring(endProgress)
    )
  }))

/** The lines of one file, as records and as what holds none. Compressed data that breaks off is noted. */
export const entriesOf = (path: string): Stream.Stream<TraceEntry, InputError, Output> =>
  Stream.tap(
    TraceFile.entries(bytesOf(path)),
    (entry) => entry.kind === "bad" && entry.broken === true ? noteBroken(path) : Effect.void
  )

/** Notes that a file's compressed data breaks off. */
export const noteBroken = (path: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ breaksOff }) => breaksOff(nameOf(path)))

/** The files that a command was given; standard input where it was given none. */
export const pathsOf = (files: ReadonlyArray<string>): ReadonlyArray<string> => files.length === 0 ? ["-"] : files
