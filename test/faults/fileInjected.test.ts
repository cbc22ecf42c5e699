/**
 * The faults of the other rows with injected file functions, so that they occur on every machine, even without mounting or tracing.
 */
import { rmSync } from "node:fs"
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import { type Fate, type InjectedDisk, injectedDisk } from "./disks/injected.js"
import { balanceNote, expectBalance, expectCounted, expectLossesWritten } from "./programs/counted.js"
import { openSink } from "./programs/openSink.js"
import { flawsIn, indexesOf, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { faultRow } from "./row.js"

const modes = ["background", "write-through"] as const

/** The `at`-th call from now has this fate. */
const only = (at: number, fate: Fate): () => Fate => {
  let calls = 0
  return () => ++calls === at ? fate : "well"
}

/** Space that runs out as on a real disk: the last write is short, the next ones fail. */
const limited = (disk: InjectedDisk, bytes: number): void => {
  let left = bytes
  disk.onWrite = (wanted) => {
    const written = Math.min(wanted, left)
    left -= written
    return written === 0 ? "ENOSPC" : written
  }
}

describe("an injected disk", () => {
  for (const mode of modes) {
    faultRow("file", `temporarily full disk, injected: every record is written or counted, ${mode}`, async (row) => {
      const disk = injectedDisk()
      const path = temporaryPath()
      const sink = await openSink(path, { mode, maxQueuedBytes: 64 * 1024 }, disk)
      limited(disk, 50_000)
      await sink.emit({ count: 1000 })
      await until("a write has failed", async () => (await sink.stats()).lastError !== null)
      disk.onWrite = () => "well"
      await until("what was queued is written", async () => (await sink.stats()).queued === 0)
      await sink.emit({ count: 10 })
      await sink.close()
      const stats = await sink.stats()
      row.note(balanceNote(stats, sink.emitted()))
      const trace = traceIn(path)
      expectCounted(trace, stats, 1010)
      expectLossesWritten(trace, stats)
      expect(stats.dropped.queue_full).toBeGreaterThan(0)
    })

    faultRow(
      "file",
      `permanently full disk, injected: losses are counted, closing is bounded, ${mode}`,
      async (row) => {
        const disk = injectedDisk()
        const path = temporaryPath()
        const sink = await openSink(path, { mode, closeTimeout: "200 millis" }, disk)
        limited(disk, 50_000)
        await sink.emit({ count: 1000 })
        await sink.close()
        const stats = await sink.stats()
        row.note(balanceNote(stats, sink.emitted()))
        expectCounted(traceIn(path), stats, 1000)
        expect(stats.queued).toBe(0)
      }
    )

    for (const fate of ["EIO", "EAGAIN", "EINTR", "ENOSPC", 1, 100] as const) {
      const what = typeof fate === "number" ? `a write of ${fate} bytes only` : `${fate} of one write`
      faultRow(
        "file",
        `${what} on each of calls 1 to 20, injected: every record is written once, ${mode}`,
        async (row) => {
          let retried = 0
          for (let at = 1; at <= 20; at++) {
            const disk = injectedDisk()
            const path = temporaryPath()
            const sink = await openSink(path, { mode }, disk)
            disk.onWrite = only(at, fate)
            for (let round = 0; round < 25; round++) {
              await sink.emit({ count: 2 })
              await sink.flush()
            }
            await sink.close()
            const stats = await sink.stats()
            expectCounted(traceIn(path), stats, 50)
            expect(stats).toMatchObject({ written: 50, queued: 0 })
            retried += stats.retried
          }
          row.note(`${retried} retries`)
        }
      )
    }

    faultRow("file", `EMFILE on open after a deletion, injected: every record is written, ${mode}`, async (row) => {
      const disk = injectedDisk()
      const path = temporaryPath()
      const sink = await openSink(path, { mode }, disk)
      await sink.emit({ count: 10 })
      await sink.flush()
      rmSync(path)
      disk.onOpen = () => "EMFILE"
      await sink.emit({ count: 100 })
      await until("opening has failed", async () => (await sink.stats()).lastError?.includes("EMFILE") === true)
      disk.onOpen = () => "well"
      await until("what was queued is written", async () => (await sink.stats()).queued === 0)
      await sink.close()
      const stats = await sink.stats()
      row.note(`${balanceNote(stats, 110)}, ${stats.retried} retries`)
      expectBalance(stats)
      expect(stats.written).toBe(110)
      expect(flawsIn([...Array(10).keys(), ...indexesOf(traceIn(path))], 110)).toEqual([])
    })
  }

  faultRow("file", "a write that never returns, injected: closing is bounded, losses are counted", async (row) => {
    const disk = injectedDisk()
    const path = temporaryPath()
    const sink = await openSink(path, { closeTimeout: "200 millis" }, disk)
    await sink.emit({ count: 100 })
    await sink.flush()
    disk.onWrite = () => "never"
    await sink.emit({ count: 100 })
    const closing = performance.now()
    await sink.close()
    const took = performance.now() - closing
    const stats = await sink.stats()
    row.note(`${balanceNote(stats, 200)}, closed in ${Math.round(took)} ms`)
    expect(took).toBeLessThan(10_000)
    expectBalance(stats)
    expect(stats).toMatchObject({ accepted: 200, written: 100, queued: 0 })
  })

  faultRow(
    "file",
    "slow disk, injected: records that do not fit are counted, and the program does not wait",
    async (row) => {
      const disk = injectedDisk()
      const path = temporaryPath()
      const sink = await openSink(path, { maxQueuedBytes: 256 * 1024 }, disk)
      disk.delay = 100
      await sink.emit({ count: 10_000 })
      const during = await sink.stats()
      disk.delay = 0
      await sink.close()
      const stats = await sink.stats()
      row.note(balanceNote(stats, 10_000))
      expectBalance(during)
      expect(during.queued).toBeGreaterThan(0)
      expect(stats.dropped.queue_full).toBeGreaterThan(0)
      const trace = traceIn(path)
      expectCounted(trace, stats, 10_000)
      expectLossesWritten(trace, stats)
    }
  )

  const refusals = {
    EACCES: "PermissionDenied",
    EPERM: "PermissionDenied",
    EROFS: "ReadOnly",
    ENAMETOOLONG: "InvalidPath",
    EISDIR: "NotAFile",
    EMFILE: "Unknown"
  } as const
  for (const [code, reason] of Object.entries(refusals)) {
    faultRow("file", `${code} on the first open, injected: fails with ${reason}`, async () => {
      const disk = injectedDisk()
      disk.onOpen = () => code as Fate
      const path = temporaryPath()
      await expect(openSink(path, {}, disk)).rejects.toMatchObject({ _tag: "TelemetryOpenError", path, reason })
    })
  }
})
