/**
 * The promise that nothing vanishes unsaid, as one check: what was emitted stands in the file or is counted.
 */
import type { FileStats } from "loom-telemetry"
import { expect } from "vitest"
import { droppedLines, indexesOf, type TraceContents } from "./traceFile.js"

/** The records that were dropped, for whatever reason. */
export const droppedIn = ({ dropped }: FileStats): number =>
  Object.values(dropped).reduce((sum: number, count: number) => sum + count, 0)

/** The reasons that occurred, with their counts. */
const reasonsIn = ({ dropped }: FileStats): { readonly [reason: string]: number } =>
  Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0))

/** `accepted = written + queued + dropped`. */
export const expectBalance = (stats: FileStats): void =>
  expect(stats.written + stats.queued + droppedIn(stats), JSON.stringify(stats)).toBe(stats.accepted)

/** What one writer's counters say is what the file holds: the written records once each and in order, every line whole. */
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

/** The losses stand in the file too. */
export const expectLossesWritten = (trace: TraceContents, stats: FileStats): void =>
  expect(droppedLines(trace)).toEqual(reasonsIn(stats))

/** The row's remark. */
export const balanceNote = (stats: FileStats, emitted: number): string => {
  const dropped = Object.entries(reasonsIn(stats)).map(([reason, count]) => `${count.toLocaleString("en")} ${reason}`)
  return `written ${stats.written.toLocaleString("en")} + dropped ${dropped.join(" + ") || 0} = emitted ${
    emitted.toLocaleString("en")
  }`
}
