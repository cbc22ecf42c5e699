/**
 * Reads a file line by line, without decoding: for commands that read files of any size more than once, or decode only a part of them.
 */
import * as Effect from "effect/Effect"
import { gunzipped, GzipError } from "../../readers/gunzip.js"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { IoError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import {
  cannotRead,
  chunksOf,
  clearProgress,
  nameOf,
  noteBroken,
  progressOf,
  progressStep,
  Recognition
} from "./input.js"

/** What to do with the lines of a file. */
export interface LineHandler {
  /** Takes a line; returns whether it held a record. */
  readonly line: (line: Line) => boolean
  /** Called after the last line if the compressed data of a file is damaged; `line` and `offset` are where the readable text ends. */
  readonly broken: (error: GzipError, line: number, offset: number) => void
}

/** Passes on all lines of a file. Uses no stream, which would be a quarter slower. Can be interrupted between two steps. */
export const forEachLine = (
  path: string,
  { broken, line: takeLine }: LineHandler,
  bytes: (() => AsyncIterable<Uint8Array>) | undefined = () => chunksOf(path)
): Effect.Effect<void, IoError, Output> =>
  Effect.gen(function*() {
    const showProgress = yield* progressOf(path)
    const splitter = new LineSplitter()
    const recognition = new Recognition(path)
    const take = (line: Line): void => recognition.line(line, takeLine(line))
    let read = 0
    const counted = async function*(): AsyncGenerator<Uint8Array> {
      for await (const chunk of bytes()) {
        read += chunk.length
        yield chunk
      }
    }
    const chunks = gunzipped(counted())
    const readStep = async (): Promise<boolean> => {
      for (let left = progressStep; left > 0;) {
        const { done, value } = await chunks.next()
        if (done === true) {
          return false
        }
        const refused = recognition.bytes(value)
        if (refused !== undefined) {
          throw refused
        }
        left -= value.length
        splitter.push(value, take)
      }
      return true
    }
    const failed = (error: unknown): Effect.Effect<false, IoError, Output> =>
      error instanceof GzipError
        ? Effect.map(noteBroken(path, error), () => {
          splitter.end(take)
          broken(error, splitter.lineNumber, splitter.position)
          return false
        })
        : Effect.fail(error instanceof IoError ? error : cannotRead(nameOf(path), error))
    const next = Effect.catchAll(Effect.tryPromise({ try: readStep, catch: (error) => error }), failed)
    while (yield* next) {
      yield* showProgress(read)
    }
    splitter.end(take)
    yield* recognition.check
  }).pipe(Effect.ensuring(clearProgress))
