/**
 * Summarizes all files of a command in constant memory, and logs their problems.
 */
import * as Effect from "effect/Effect"
import { make, type Summary } from "../../readers/TraceSummary.js"
import type { IoError } from "../Failure.js"
import { count, plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { inputPaths } from "./input.js"
import { forEachLine } from "./lines.js"

/** Reads the files into one summary. Logs the number of bad lines. */
export const summaryOf = (files: ReadonlyArray<string>): Effect.Effect<Summary, IoError, Output> =>
  Effect.gen(function*() {
    const builder = make()
    for (const path of inputPaths(files)) {
      yield* forEachLine(path, { line: builder.addLine, broken: () => builder.addBad(false) })
    }
    const summary = builder.result()
    yield* logBadLines(summary.bad, summary.torn)
    return summary
  })

export const logBadLines = (bad: number, torn: number): Effect.Effect<void, never, Output> =>
  bad === 0 ? Effect.void : Effect.flatMap(Output, ({ log }) => {
    const partly = torn === 0 ? "" : ` (${count(torn)} torn)`
    return log(`skipped ${plural(bad, "bad line")}${partly}; run \`doctor\` for details`)
  })
