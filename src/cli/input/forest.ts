/**
 * The traces of a command's files as trees. They are held in memory: commands for files of any size read record by record.
 */
import * as Effect from "effect/Effect"
import { builder, type Trace, type TraceForest } from "../../readers/TraceTree.js"
import { type IoError, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { forEachEntry, inputPaths } from "./input.js"
import { logBadLines, requireRecords } from "./summary.js"

/** Reads the files into one forest. Logs how many lines hold no record. */
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
    yield* requireRecords(files, records, all.badTotal - torn)
    if (records === 0) {
      yield* (yield* Output).log("No records found")
    }
    return all
  })

/** The traces whose id begins like this; all of them if there is nothing to begin with. */
export const tracesWithId = (
  forest: TraceForest,
  beginning: string | undefined
): Effect.Effect<ReadonlyArray<Trace>, UsageError> => {
  if (beginning === undefined) {
    return Effect.succeed(forest.traces)
  }
  const found = forest.traces.filter(({ traceId }) => traceId.startsWith(beginning.toLowerCase()))
  return found.length > 0
    ? Effect.succeed(found)
    : Effect.fail(new UsageError({ message: `No trace id begins with ${JSON.stringify(beginning)}` }))
}
