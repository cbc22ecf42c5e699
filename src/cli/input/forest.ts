/**
 * All trees of the files of a command. They are held in memory as a whole: what wants to see a file of any size reads it record by record.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { builder, type Trace, type TraceForest } from "../../readers/TraceTree.js"
import { type InputError, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { entriesOf, pathsOf } from "./input.js"
import { notForeign, sayBad } from "./summary.js"

/** Reads the files into one forest. Lines without a record are said on standard error. */
export const forestOf = (files: ReadonlyArray<string>): Effect.Effect<TraceForest, InputError, Output> =>
  Effect.gen(function*() {
    const { add, forest } = builder()
    let records = 0
    for (const path of pathsOf(files)) {
      yield* Stream.runForEach(entriesOf(path), (entry) =>
        Effect.sync(() => {
          records += entry.kind === "record" ? 1 : 0
          add(entry)
        }))
    }
    const grown = forest()
    const torn = grown.bad.filter((entry) => entry.torn).length
    yield* sayBad(grown.badTotal, torn)
    yield* notForeign(files, records, grown.badTotal - torn)
    if (records === 0) {
      yield* sayEmpty
    }
    return grown
  })

const sayEmpty = Effect.flatMap(Output, ({ say }) => say("There is no record in it"))

/** The one trace whose id begins like that. */
export const traceNamed = (
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
