/**
 * One summary of all the files of a command, in constant memory, and the problems to report with it.
 */
import * as Effect from "effect/Effect"
import { gunzipped, GzipError } from "../../readers/gunzip.js"
import { LineSplitter } from "../../readers/LineSplitter.js"
import { make, type Summary, type SummaryBuilder } from "../../readers/TraceSummary.js"
import { IoError } from "../Failure.js"
import { count, plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import {
  cannotRead,
  chunksOf,
  clearProgress,
  inputPaths,
  nameOf,
  noteTruncated,
  progressOf,
  progressStep
} from "./input.js"

/** Reads the files into one summary. Logs how many lines hold no record. */
export const summaryOf = (files: ReadonlyArray<string>): Effect.Effect<Summary, IoError, Output> =>
  Effect.gen(function*() {
    const builder = make()
    for (const path of inputPaths(files)) {
      yield* addFile(builder, path)
    }
    const summary = builder.result()
    const { bad, dropped, metrics, opened, spans, torn } = summary
    yield* logBadLines(bad, torn)
    yield* requireRecords(files, spans + opened + metrics + dropped, bad - torn)
    return summary
  })

/**
 * Adds a file. A stream of lines would be a quarter slower, so this reads by hand; between two steps it shows progress and can be interrupted.
 */
const addFile = (builder: SummaryBuilder, path: string): Effect.Effect<void, IoError, Output> =>
  Effect.gen(function*() {
    const showProgress = yield* progressOf(path)
    const splitter = new LineSplitter()
    let read = 0
    const counted = async function*(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunksOf(path)) {
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
        left -= value.length
        splitter.push(value, builder.addLine)
      }
      return true
    }
    const failed = (error: unknown): Effect.Effect<false, IoError, Output> =>
      error instanceof GzipError
        ? Effect.map(noteTruncated(path), () => {
          splitter.end(builder.addLine)
          builder.addBad(false)
          return false
        })
        : Effect.fail(cannotRead(nameOf(path), error))
    const next = Effect.catchAll(Effect.tryPromise({ try: readStep, catch: (error) => error }), failed)
    while (yield* next) {
      yield* showProgress(read)
    }
    splitter.end(builder.addLine)
  }).pipe(Effect.ensuring(clearProgress))

/** Fails if there are lines and none holds a record: the wrong file would pass every check. */
export const requireRecords = (
  files: ReadonlyArray<string>,
  records: number,
  bad: number
): Effect.Effect<void, IoError> =>
  records > 0 || bad === 0 ? Effect.void : Effect.fail(
    new IoError({ message: `${inputPaths(files).map(nameOf).join(", ")} holds no records: it is not a trace file` })
  )

/** Logs how many lines hold no record. */
export const logBadLines = (bad: number, torn: number): Effect.Effect<void, never, Output> =>
  bad === 0 ? Effect.void : Effect.flatMap(Output, ({ log }) => {
    const partly = torn === 0 ? "" : `, ${count(torn)} torn`
    return log(`${plural(bad, "line")} without a record${partly}; \`doctor\` shows where`)
  })
