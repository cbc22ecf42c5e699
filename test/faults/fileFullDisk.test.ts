/**
 * No space left, temporarily or permanently. The program is not affected; lost records are counted, and reported in the file as soon as possible.
 */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { run as agentRun } from "../../examples/arithmetic.js"
import { type Disk, ext4, tmpfs } from "./disks/disk.js"
import { compiledPrograms } from "./programs/compiled.js"
import { balanceNote, droppedIn, expectBalance, expectCounted, expectLossesWritten } from "./programs/counted.js"
import { driveOpen, endingOf, startNode } from "./programs/driving.js"
import type { LifeOptions } from "./programs/life.js"
import { openSink } from "./programs/openSink.js"
import { traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { type FaultRow, faultRow } from "./row.js"

const program = compiledPrograms()

const disks: ReadonlyArray<readonly [what: string, mount: (row: FaultRow) => Disk]> = [
  ["tmpfs", (row) => tmpfs(row, "4m")],
  ["ext4", (row) => ext4(row, 16)]
]

const kibibyte = 1024

for (const [what, mount] of disks) {
  describe(`a full disk (${what})`, () => {
    for (const mode of ["background", "write-through"] as const) {
      faultRow("file", `temporarily full disk: every record is written or counted, ${what}, ${mode}`, async (row) => {
        const disk = mount(row)
        const path = join(disk.folder, "traces.jsonl")
        const sink = await openSink(path, { mode, maxQueuedBytes: 256 * kibibyte })
        await sink.emit({ count: 200 })
        await sink.flush()
        disk.fill()
        await sink.emit({ count: 3000 })
        const full = await sink.stats()
        expectBalance(full)
        expect(full.written).toBeLessThan(sink.emitted())
        expect(full.lastError).toContain("ENOSPC")
        disk.free()
        await until("what was queued is written", async () => (await sink.stats()).queued === 0)
        await sink.emit({ count: 200 })
        await sink.flush()
        const stats = await sink.stats()
        await sink.close()
        const trace = traceIn(path)
        row.note(balanceNote(stats, sink.emitted()))
        expectCounted(trace, stats, sink.emitted())
        expectLossesWritten(trace, stats)
        expect(droppedIn(stats)).toBeGreaterThan(0)
        expect(stats.queued).toBe(0)
        // Retried many times, reported once.
        expect(stats.retried).toBeGreaterThan(0)
        expect(sink.warnings.filter((warning) => warning.includes("ENOSPC"))).toHaveLength(1)
      })
    }

    faultRow("file", `briefly full disk: no record that fits into the queue is lost, ${what}`, async (row) => {
      const disk = mount(row)
      const path = join(disk.folder, "traces.jsonl")
      const sink = await openSink(path)
      for (let round = 0; round < 3; round++) {
        await sink.emit({ count: 100 })
        disk.fill()
        await sink.emit({ count: 1000 })
        await until("a write has failed", async () => (await sink.stats()).lastError !== null)
        disk.free()
        await until("what was queued is written", async () => (await sink.stats()).queued === 0)
      }
      await sink.close()
      const stats = await sink.stats()
      row.note(`${balanceNote(stats, sink.emitted())}, ${stats.retried} retries`)
      expectCounted(traceIn(path), stats, sink.emitted())
      expect(stats).toMatchObject({ written: sink.emitted(), queued: 0 })
    })

    faultRow("file", `permanently full disk: losses are counted, closing is bounded, ${what}`, async (row) => {
      const disk = mount(row)
      const path = join(disk.folder, "traces.jsonl")
      const sink = await openSink(path, { closeTimeout: "500 millis" })
      await sink.emit({ count: 100 })
      await sink.flush()
      disk.fill()
      await sink.emit({ count: 1000 })
      const closing = performance.now()
      await sink.close()
      const took = performance.now() - closing
      const stats = await sink.stats()
      row.note(`${balanceNote(stats, sink.emitted())}, closed in ${Math.round(took)} ms`)
      // A flush may take 3 s, and closing another 3 s; the rest is for a busy machine.
      expect(took).toBeLessThan(10_000)
      expectCounted(traceIn(path), stats, sink.emitted())
      expect(stats.queued).toBe(0)
      expect(droppedIn(stats)).toBeGreaterThan(0)
    })

    faultRow("file", `disk full from the start: the program ends as without telemetry, ${what}`, async (row) => {
      const disk = mount(row)
      const path = join(disk.folder, "traces.jsonl")
      disk.fill()
      for (const ending of ["success", "failure", "exit"] as const) {
        const options: LifeOptions = { ending, before: 100, path, closeTimeout: "200 millis" }
        const child = startNode([program("life"), JSON.stringify(options)])
        child.stdout!.resume()
        expect(await endingOf(child)).toMatchObject({ code: { success: 0, failure: 1, exit: 7 }[ending], signal: null })
      }
      disk.free()
      expect(traceIn(path).bad).toEqual([])
    })
  })
}

faultRow("file", "full disk: an agent's result does not change, and its records are counted", async (row) => {
  const disk = tmpfs(row, "4m")
  const path = join(disk.folder, "traces.jsonl")
  const sink = await openSink(path, { maxQueuedBytes: 64 * kibibyte })
  const runs = (count: number) => sink.run(Effect.replicateEffect(agentRun, count))
  const well = await runs(20)
  await sink.flush()
  disk.fill()
  const full = await runs(200)
  disk.free()
  await until("what was queued is written", async () => (await sink.stats()).queued === 0)
  await runs(1)
  await sink.close()
  const stats = await sink.stats()
  row.note(balanceNote(stats, stats.accepted))
  const results = new Set([...well, ...full].map(({ output, turns }) => `${output} in ${turns} turns`))
  expect(results).toEqual(new Set([`${well[0]!.output} in ${well[0]!.turns} turns`]))
  const trace = traceIn(path)
  expectBalance(stats)
  expect(trace.bad).toEqual([])
  expect(trace.spans.length + trace.metrics.length).toBe(stats.written)
  expectLossesWritten(trace, stats)
})

faultRow("file", "full disk: a process exits in time, with its own output", async (row) => {
  const disk = tmpfs(row, "1m")
  const path = join(disk.folder, "traces.jsonl")
  const driven = await driveOpen(program("driven"), { path, closeTimeout: "500 millis" })
  disk.fill()
  await driven.emit({ count: 20_000 })
  const { emitted, stats } = await driven.stats()
  expectBalance(stats)
  const ending = performance.now()
  const end = await driven.end()
  const took = performance.now() - ending
  row.note(`${balanceNote(stats, emitted)} and ${stats.queued} queued, gone in ${Math.round(took)} ms`)
  expect(end).toEqual({ code: 0, signal: null, stderr: "" })
  expect(took).toBeLessThan(10_000)
})
