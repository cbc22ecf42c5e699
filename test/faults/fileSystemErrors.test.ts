/**
 * Failing system calls in a real process under `strace`: every record is in the file or counted.
 */
import { rmSync } from "node:fs"
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import { injecting, type Injection } from "./disks/strace.js"
import { must } from "./disks/system.js"
import { compiledPrograms } from "./programs/compiled.js"
import { balanceNote, droppedIn, expectBalance, expectCounted, expectLossesWritten } from "./programs/counted.js"
import { drive, driveOpen } from "./programs/driving.js"
import type { SinkOptions } from "./programs/openSink.js"
import { flawsIn, indexesOf, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { type FaultRow, faultRow } from "./row.js"

const program = compiledPrograms()

const modes = ["background", "write-through"] as const

/** Emits 300 records, thirty at a time, while calls fail. Returns what happened to them after the layer has closed. */
const damaged = async (row: FaultRow, injection: Injection, options: SinkOptions) => {
  const path = temporaryPath()
  const driven = await driveOpen(program("driven"), { path, ...options }, injecting(row, path, injection))
  for (let round = 0; round < 10; round++) {
    await driven.emit({ count: 30 })
  }
  await driven.flush()
  const open = await driven.stats()
  await driven.close()
  const { emitted, stats } = await driven.stats()
  const end = await driven.end()
  row.note(`${balanceNote(stats, emitted)}, ${open.stats.retried} retries`)
  expect(end).toEqual({ code: 0, signal: null, stderr: "" })
  // EINTR alone never gets this far, because libuv retries interrupted writes.
  expect(open.stats.retried > 0).toBe(injection.error !== "EINTR")
  return { emitted, stats, trace: traceIn(path) }
}

for (const error of ["EIO", "EAGAIN", "EINTR"] as const) {
  describe(`write fails with ${error}`, () => {
    for (const mode of modes) {
      faultRow("file", `${error} on writes 1 to 20: every record is written or counted, ${mode}`, async (row) => {
        const { emitted, stats, trace } = await damaged(row, { call: "write", error, when: "1..20" }, {
          mode,
          closeTimeout: "200 millis"
        })
        expectCounted(trace, stats, emitted)
        expect(stats.queued).toBe(0)
      })

      faultRow("file", `${error} on every second write: every record is written, ${mode}`, async (row) => {
        const { emitted, stats, trace } = await damaged(row, { call: "write", error, when: "1+2" }, { mode })
        expectCounted(trace, stats, emitted)
        expect(stats).toMatchObject({ written: emitted, queued: 0 })
      })
    }
  })
}

describe("open fails with EMFILE", () => {
  faultRow("file", "EMFILE on the first open is the typed error of the layer", async (row) => {
    const path = temporaryPath()
    const opened = await drive(program("driven"), { path }, injecting(row, path, { call: "openat", error: "EMFILE" }))
    expect(opened).toMatchObject({ path, reason: "Unknown" })
  })

  for (const mode of modes) {
    faultRow("file", `EMFILE on open after a deletion: every record is written, ${mode}`, async (row) => {
      const path = temporaryPath()
      const driven = await driveOpen(program("driven"), { path, mode })
      const limit = (files: number) => must(row, "prlimit", "--pid", `${driven.child.pid}`, `--nofile=${files}:`)
      await driven.emit({ count: 30 })
      await driven.flush()
      rmSync(path)
      // Fewer than are already open: from now on it cannot open any file.
      limit(3)
      await driven.emit({ count: 300 })
      await until("opening has failed", async () => (await driven.stats()).stats.lastError?.includes("EMFILE") === true)
      limit(1024)
      await until("what was queued is written", async () => (await driven.stats()).stats.queued === 0)
      const { emitted, stats } = await driven.stats()
      expect(await driven.end()).toEqual({ code: 0, signal: null, stderr: "" })
      row.note(`${balanceNote(stats, emitted)}, ${stats.retried} retries`)
      expectBalance(stats)
      expect(stats).toMatchObject({ accepted: emitted, written: emitted })
      expect(flawsIn([...Array(30).keys(), ...indexesOf(traceIn(path))], 330)).toEqual([])
    })
  }
})

describe("a slow disk", () => {
  const second = 1_000_000

  faultRow("file", "slow disk: the event loop is not blocked while a write takes a second", async (row) => {
    const path = temporaryPath()
    const driven = await driveOpen(program("driven"), { path }, injecting(row, path, { call: "write", delay: second }))
    const turns = await driven.turnsOfOneWrite()
    row.note(`${turns} turns during one write`)
    expect(turns).toBeGreaterThan(10)
    expect(await driven.end()).toEqual({ code: 0, signal: null, stderr: "" })
  })

  faultRow(
    "file",
    "slow disk: memory is bounded, and records that do not fit are counted as queue_full",
    async (row) => {
      const path = temporaryPath()
      const driven = await driveOpen(program("driven"), { path, maxQueuedBytes: 1024 * 1024 }, {
        ...injecting(row, path, { call: "write", delay: second / 4 }),
        nodeOptions: ["--expose-gc"]
      })
      await driven.emit({ count: 500, size: 4096 })
      const before = await driven.heap()
      await driven.emit({ count: 20_000, size: 4096 })
      const growth = await driven.heap() - before
      const during = await driven.stats()
      expectBalance(during.stats)
      await driven.close()
      const { emitted, stats } = await driven.stats()
      expect(await driven.end()).toEqual({ code: 0, signal: null, stderr: "" })
      row.note(`${balanceNote(stats, emitted)}, heap grew by ${(growth / 1024 / 1024).toFixed(1)} MiB`)
      expect(growth).toBeLessThan(16 * 1024 * 1024)
      expect(stats.dropped.queue_full).toBeGreaterThan(0)
      expect(droppedIn(stats)).toBe(emitted - stats.written)
      const trace = traceIn(path)
      expectCounted(trace, stats, emitted)
      expectLossesWritten(trace, stats)
    }
  )
})
