/**
 * Four processes on one file: each record whole, none lost, no two with one identity.
 */
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import { compiledPrograms } from "./programs/compiled.js"
import { expectBalance } from "./programs/counted.js"
import { driveOpen } from "./programs/driving.js"
import type { SinkOptions } from "./programs/openSink.js"
import { repetitions } from "./programs/repetitions.js"
import { flawsIn, indexesOf, traceIn } from "./programs/traceFile.js"
import { faultRow } from "./row.js"

const program = compiledPrograms()

const writers = ["a", "b", "c", "d"]

interface Load {
  readonly what: string
  readonly count: number
  readonly size: number
  readonly options?: SinkOptions
}

const loads: ReadonlyArray<Load> = [
  { what: "10,000 records of 400 B", count: 10_000, size: 400 },
  { what: "10,000 records of 400 B (shared)", count: 10_000, size: 400, options: { shared: true } },
  { what: "10,000 records of 400 B (write-through)", count: 10_000, size: 400, options: { mode: "write-through" } },
  { what: "1,000 records of 8 KB", count: 1000, size: 8 * 1024 },
  { what: "40 records of 200 KB", count: 40, size: 200 * 1024 },
  { what: "10 records of 1 MB", count: 10, size: 1024 * 1024 }
]

describe("4 processes on one file", () => {
  for (const { count: full, options = {}, size, what } of loads) {
    faultRow("file", `4 processes, ${what} each: none is lost or torn`, async (row) => {
      const count = repetitions(full)
      const path = temporaryPath()
      const open = (writer: string) => driveOpen(program("driven"), { path, writer, ...options })
      const processes = await Promise.all(writers.map(open))
      // So much at a time that the queue is never full: here losing any would be the fault.
      await Promise.all(processes.map((process) => process.emit({ count, size, flushEvery: 2 * 1024 * 1024 })))
      await Promise.all(processes.map((process) => process.flush()))
      const each = await Promise.all(processes.map((process) => process.stats()))
      const endings = await Promise.all(processes.map((process) => process.end()))

      const trace = traceIn(path)
      row.note(`${trace.spans.length.toLocaleString("en")} records, ${trace.bad.length} torn`)
      expect(trace.bad).toEqual([])
      expect(writers.flatMap((writer) => flawsIn(indexesOf(trace, writer), count))).toEqual([])
      expect(new Set(trace.spans.map(({ spanId, traceId }) => `${traceId} ${spanId}`)).size).toBe(4 * count)
      expect(endings.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        writers.map(() => ({ code: 0, stderr: "" }))
      )
      for (const { stats } of each) {
        expectBalance(stats)
        expect(stats).toMatchObject({ accepted: count, written: count, queued: 0 })
      }
    })
  }
})
