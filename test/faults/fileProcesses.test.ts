/**
 * Four processes on one file: every record is complete, none is lost, and ids are unique.
 */
import { writeFileSync } from "node:fs"
import { describe, expect } from "vitest"
import { loom } from "../cli/command.js"
import { temporaryPath } from "./disks/folder.js"
import { compiledPrograms } from "./programs/compiled.js"
import { expectBalance } from "./programs/counted.js"
import { driveOpen } from "./programs/driving.js"
import type { EmittedKind, SinkOptions } from "./programs/openSink.js"
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
  readonly of?: EmittedKind
}

const loads: ReadonlyArray<Load> = [
  { what: "10,000 records of 400 B", count: 10_000, size: 400 },
  { what: "10,000 records of 400 B (shared)", count: 10_000, size: 400, options: { shared: true } },
  { what: "10,000 records of 400 B (write-through)", count: 10_000, size: 400, options: { mode: "write-through" } },
  { what: "10,000 scores of 400 B", count: 10_000, size: 400, of: "score" },
  {
    what: "2,000 scores of 400 B (write-through)",
    count: 2000,
    size: 400,
    of: "score",
    options: { mode: "write-through" }
  },
  { what: "100 scores of 8 KB", count: 100, size: 8 * 1024, of: "score" },
  { what: "1,000 records of 8 KB", count: 1000, size: 8 * 1024 },
  { what: "40 records of 200 KB", count: 40, size: 200 * 1024 },
  { what: "10 records of 1 MB", count: 10, size: 1024 * 1024 }
]

describe("4 processes on one file", () => {
  for (const { count: full, of = "span", options = {}, size, what } of loads) {
    faultRow("file", `4 processes, ${what} each: no record is lost or torn`, async (row) => {
      const count = repetitions(full)
      const path = temporaryPath()
      const open = (writer: string) => driveOpen(program("driven"), { path, writer, ...options })
      const processes = await Promise.all(writers.map(open))
      // Few enough at a time that the queue is never full: any loss is a failure here.
      await Promise.all(processes.map((process) => process.emit({ count, size, of, flushEvery: 2 * 1024 * 1024 })))
      await Promise.all(processes.map((process) => process.flush()))
      const each = await Promise.all(processes.map((process) => process.stats()))
      const endings = await Promise.all(processes.map((process) => process.end()))

      const trace = traceIn(path)
      const records = trace.spans.length + trace.scores.length
      row.note(`${records.toLocaleString("en")} records, ${trace.bad.length} torn`)
      expect(trace.bad).toEqual([])
      expect(writers.flatMap((writer) => flawsIn(indexesOf(trace, writer), count))).toEqual([])
      expect(records).toBe(4 * count)
      expect(new Set(trace.spans.map(({ spanId, traceId }) => `${traceId} ${spanId}`)).size).toBe(trace.spans.length)
      expect(endings.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        writers.map(() => ({ code: 0, stderr: "" }))
      )
      for (const { stats } of each) {
        expectBalance(stats)
        expect(stats).toMatchObject({ accepted: count, written: count, queued: 0 })
      }
    })
  }

  faultRow(
    "file",
    "4 processes of the command score next to one that records and is killed: no score is lost",
    async (row) => {
      const path = temporaryPath()
      // With a torn line of another writer in front.
      writeFileSync(path, "{\"kind\":\"score\",\"na", { mode: 0o600 })
      const recorder = await driveOpen(program("driven"), { path, writer: "recorder" })
      const recording = recorder.emit({ count: repetitions(20_000), flushEvery: 64 * 1024 }).catch(() => undefined)
      const each = repetitions(6)
      const judged = ["--trace", "0af7651916cd43dd8448eb211c80319c", "--value", "1"]
      const codes = await Promise.all(writers.map(async (writer) => {
        const ended = []
        for (let index = 0; index < each; index++) {
          ended.push((await loom(["score", ...judged, "--name", `${writer} ${index}`, path])).code)
          if (writer === "a" && index === Math.floor(each / 2)) {
            recorder.child.kill("SIGKILL")
          }
        }
        return ended
      }))
      await recording
      await recorder.ended
      expect(new Set(codes.flat())).toEqual(new Set([0]))
      const trace = traceIn(path)
      row.note(`${trace.scores.length} scores between ${trace.spans.length} spans, ${trace.bad.length} torn`)
      expect(trace.scores.map(({ name }) => name).toSorted()).toEqual(
        writers.flatMap((writer) => Array.from({ length: each }, (_, index) => `${writer} ${index}`)).toSorted()
      )
      // The line in front, and one of the process that was killed.
      expect(trace.bad.length).toBeLessThanOrEqual(2)
      const indexes = indexesOf(trace, "recorder")
      expect(flawsIn(indexes, indexes.length)).toEqual([])
    },
    300_000
  )
})
