/**
 * Copies an input to a temporary file, decompressed: standard input, a pipe, or a compressed file that must be read at any offset.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createReadStream } from "node:fs"
import { type FileHandle, mkdtemp, open, rm, unlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipped, GzipError } from "../../readers/gunzip.js"
import { IoError, systemReason } from "../Failure.js"
import { cannotRead, chunksOf, nameOf } from "./input.js"

/** A copy, which is removed with its scope. */
export interface Copy {
  readonly fd: number
  /** The bytes from the start. Compressed data that could not be read to its end throws its error again. */
  readonly bytes: () => AsyncIterable<Uint8Array>
}

export const copyOf = (path: string): Effect.Effect<Copy, IoError, Scope.Scope> =>
  Effect.gen(function*() {
    const { file } = yield* Effect.acquireRelease(temporary, ({ file, folder }) =>
      Effect.promise(() =>
        file.close().then(() => rm(folder, { recursive: true, force: true })).catch(() => undefined)
      ))
    const problem = yield* Effect.tryPromise({
      try: (signal) => copy(path, file, signal),
      catch: (error) => error instanceof IoError ? error : cannotRead(nameOf(path), error)
    })
    const bytes = async function*(): AsyncGenerator<Uint8Array> {
      yield* createReadStream("", { fd: file.fd, start: 0, autoClose: false, highWaterMark: 256 * 1024 })
      if (problem !== undefined) {
        throw problem
      }
    }
    return { fd: file.fd, bytes }
  })

interface Temporary {
  readonly folder: string
  readonly file: FileHandle
}

const cannotCopy = (error: unknown): IoError =>
  new IoError({ message: `cannot copy the input to ${tmpdir()}: ${systemReason(error, {})}` })

const temporary: Effect.Effect<Temporary, IoError> = Effect.tryPromise({
  try: async () => {
    const folder = await mkdtemp(join(tmpdir(), "loom-telemetry-"))
    const path = join(folder, "input")
    const file = await open(path, "wx+", 0o600)
    // Unlinked at once, so that nothing is left if the process is killed. If the system forbids that, the folder is removed at the end.
    await unlink(path).then(() => rm(folder, { recursive: true, force: true })).catch(() => undefined)
    return { folder, file }
  },
  catch: cannotCopy
})

/** Copies the input; returns why compressed data could not be read to its end. */
const copy = async (path: string, file: FileHandle, signal: AbortSignal): Promise<GzipError | undefined> => {
  try {
    for await (const chunk of gunzipped(chunksOf(path))) {
      if (signal.aborted) {
        return undefined
      }
      await file.appendFile(chunk).catch((error: unknown) => {
        throw cannotCopy(error)
      })
    }
    return undefined
  } catch (error) {
    if (error instanceof GzipError) {
      return error
    }
    throw error
  }
}
