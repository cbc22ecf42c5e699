/**
 * Summarizes all files of a command in constant memory, and logs their problems.
 */
import * as Effect from "effect/Effect"
import { closeSync, openSync, readSync } from "node:fs"
import { availableParallelism } from "node:os"
import { takeFacts } from "../../readers/lineFacts.js"
import { SummaryCounter } from "../../readers/summary/SummaryCounter.js"
import type { Summary } from "../../readers/TraceSummary.js"
import type { IoError } from "../Failure.js"
import { count, plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { summarizeTogether } from "../parallel/summarize.js"
import { inputPaths, sizeOf } from "./input.js"
import { forEachLine } from "./lines.js"
import { isFile } from "./reread.js"

/** From this size in bytes, starting other threads pays off. */
const largeFile = 32 * 1024 * 1024

const openBrace = 123

/** Whether a file begins like JSON lines, and not like a compressed file. */
const beginsPlain = (path: string): boolean => {
  try {
    const fd = openSync(path, "r")
    const first = new Uint8Array(1)
    readSync(fd, first, 0, 1, 0)
    closeSync(fd)
    return first[0] === openBrace
  } catch {
    return false
  }
}

/** The size of a file, if other threads can help to read it. */
const sharedSize = (path: string): number | undefined => {
  const size = isFile(path) && availableParallelism() > 1 ? sizeOf(path) : undefined
  return size !== undefined && size >= largeFile && beginsPlain(path) ? size : undefined
}

/** Reads the files into one summary. Logs the number of bad lines. */
export const summaryOf = (files: ReadonlyArray<string>): Effect.Effect<Summary, IoError, Output> =>
  Effect.gen(function*() {
    const counter = new SummaryCounter({})
    for (const path of inputPaths(files)) {
      const size = sharedSize(path)
      yield* size === undefined
        ? forEachLine(path, { line: (line) => takeFacts(line, counter), broken: () => counter.bad(false) })
        : summarizeTogether(path, size, counter)
    }
    const summary = counter.result()
    yield* logBadLines(summary.bad, summary.torn)
    return summary
  })

export const logBadLines = (bad: number, torn: number): Effect.Effect<void, never, Output> =>
  bad === 0 ? Effect.void : Effect.flatMap(Output, ({ log }) => {
    const partly = torn === 0 ? "" : ` (${count(torn)} torn)`
    return log(`skipped ${plural(bad, "bad line")}${partly}; run \`doctor\` for details`)
  })
