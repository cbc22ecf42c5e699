/**
 * Checks that nothing is lost without being counted: every emitted record is in the file or counted as dropped.
 */
import type { FileStats } from "loom-telemetry"
import { expect } from "vitest"
import { droppedLines, indexesOf, type TraceContents } from "./traceFile.js"

/** The number of dropped records, for any reason. */
export const droppedIn = ({ dropped }: FileStats): number =>
  Object.values(dropped).reduce((sum: number, count: number) => sum + count, 0)

/** The reasons that occurred, with their counts. */
const reasonsIn = ({ dropped }: FileStats): { readonly [reason: string]: number } =>
  Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0))

/** `accepted = written + queued + dropped`. */
export const expectBalance = (stats: FileStats): void =>
  expect(stats.written + stats.queued + droppedIn(stats), JSON.stringify(stats)).toBe(stats.accepted)

/** Checks that the counters of one writer match the file: each written record once and in order, every line complete. */
export const expectCounted = (trace: TraceContents, stats: FileStats, emitted: number): void => {
  expectBalance(stats)
  const indexes = indexesOf(trace)
  expect({ accepted: stats.accepted, inFile: indexes.length, bad: trace.bad, endsWhole: trace.endsWhole }).toEqual({
    accepted: emitted,
    inFile: stats.written,
    bad: [],
    endsWhole: true
  })
  expect(indexes.every((index, at) => at === 0 || index > indexes[at - 1]!), "records are in order").toBe(true)
}

/** Checks that losses are reported in the file too. */
export const expectLossesWritten = (trace: TraceContents, stats: FileStats): void =>
  expect(droppedLines(trace)).toEqual(reasonsIn(stats))

/** The note of the row. */
export const balanceNote = (stats: FileStats, emitted: number): string => {
  const dropped = Object.entries(reasonsIn(stats)).map(([reason, count]) => `${count.toLocaleString("en")} ${reason}`)
  return `written ${stats.written.toLocaleString("en")} + dropped ${dropped.join(" + ") || 0} = emitted ${
    emitted.toLocaleString("en")
  }`
}
