/**
 * The disk of the OpenTelemetry spool is full or becomes read-only: items that cannot be kept are counted, and reported once.
 */
import * as Effect from "effect/Effect"
import type { Telemetry } from "loom-telemetry"
import { readdirSync } from "node:fs"
import { describe, expect } from "vitest"
import { droppedOf } from "../otel/live.js"
import { noReceiver, receiver } from "../otel/receiver.js"
import { running, scores, spans } from "../otel/spooling.js"
import { type Disk, ext4, tmpfs } from "./disks/disk.js"
import { faultRow } from "./row.js"

/** Fills a spool with these items, without a receiver. */
const left = (disk: Disk, program: Effect.Effect<unknown, never, Telemetry>) =>
  Effect.flatMap(noReceiver, (nowhere) => running(`${disk.folder}/spool`, nowhere, program))

const spoolOf = ({ folder }: Disk) => readdirSync(`${folder}/spool`)

describe("the disk under a spool", () => {
  faultRow(
    "OTLP",
    "spool: its disk is full: spans and log records are counted as io, and nothing torn is left",
    (row) =>
      Effect.gen(function*() {
        const disk = tmpfs(row, "256k")
        yield* left(disk, spans(1))
        expect(spoolOf(disk)).toHaveLength(1)
        disk.fill()
        const { stats, warnings } = yield* left(disk, Effect.all([spans(40), scores(10)]))
        row.note(`accepted ${stats.accepted} = spooled ${stats.spooled} + dropped ${stats.dropped.io}`)
        expect(stats).toMatchObject({ accepted: 50, spooled: 0, dropped: { io: 50 } })
        expect(stats.lastError).toContain("ENOSPC")
        expect(warnings.filter((warning) => warning.includes("spool cannot be written")).length).toBeLessThanOrEqual(2)
        expect(spoolOf(disk)).toHaveLength(1)
        disk.free()
        expect((yield* left(disk, spans(2))).stats).toMatchObject({ spooled: 2, dropped: { io: 0 } })
        const next = yield* receiver()
        expect((yield* running(`${disk.folder}/spool`, next.url)).stats).toMatchObject({ recovered: 3 })
        expect(spoolOf(disk)).toEqual([])
      }).pipe(Effect.scoped, Effect.runPromise)
  )

  faultRow(
    "OTLP",
    "spool: its disk becomes read-only: spans are counted as io, and existing files stay",
    (row) =>
      Effect.gen(function*() {
        const disk = ext4(row, 8)
        yield* left(disk, spans(1))
        const { stats } = yield* left(
          disk,
          Effect.zipRight(spans(3), Effect.sync(() => disk.breakDown()))
        )
        row.note(`accepted ${stats.accepted} = spooled ${stats.spooled} + dropped ${stats.dropped.io}`)
        expect(stats).toMatchObject({ accepted: 3, spooled: 0, dropped: { io: 3 } })
        expect(spoolOf(disk)).toHaveLength(1)
        const { stats: after, warnings } = yield* left(disk, spans(1))
        expect([after.accepted, droppedOf(after)]).toEqual([1, 1])
        expect(warnings.join()).toMatch(/spool cannot be (used|written)/)
      }).pipe(Effect.scoped, Effect.runPromise)
  )
})
