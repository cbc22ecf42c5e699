/**
 * Builds the trees of a command's files, in memory. Commands that take files of any size read record by record instead.
 */
import * as Effect from "effect/Effect"
import { builder, type Trace, type TraceForest } from "../../readers/TraceTree.js"
import { type IoError, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { forEachEntry } from "./entries.js"
import { inputPaths } from "./input.js"
import { logBadLines } from "./summary.js"

/** Reads the files into one forest. Logs the number of bad lines. */
export const forestOf = (files: ReadonlyArray<string>): Effect.Effect<TraceForest, IoError, Output> =>
  Effect.gen(function*() {
    const { add, forest } = builder()
    let records = 0
    yield* forEachEntry(inputPaths(files), (entry) => {
      records += entry.kind === "record" ? 1 : 0
      add(entry)
    })
    const all = forest()
    const torn = all.bad.filter((entry) => entry.torn).length
    yield* logBadLines(all.badTotal, torn)
    if (records === 0) {
      yield* (yield* Output).log("no records found")
    }
    return all
  })

/** The traces whose id starts with this prefix; all traces without one. */
export const tracesWithId = (
  forest: TraceForest,
  prefix: string | undefined
): Effect.Effect<ReadonlyArray<Trace>, UsageError> => {
  if (prefix === undefined) {
    return Effect.succeed(forest.traces)
  }
  const found = forest.traces.filter(({ traceId }) => traceId.startsWith(prefix.toLowerCase()))
  return found.length > 0
    ? Effect.succeed(found)
    : unknownTrace(prefix)
}

export const unknownTrace = (prefix: string): Effect.Effect<never, UsageError> =>
  Effect.fail(new UsageError({ message: `no trace id starts with ${JSON.stringify(prefix)}` }))
