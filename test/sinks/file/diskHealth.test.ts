/**
 * A disk that fails: nothing that fits into memory is lost, other losses are counted and written to the file, and the log is not flooded.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import {
  eventually,
  expectBalance,
  nodeFunctions,
  numbered,
  openSink,
  record,
  records,
  refusing,
  turns
} from "./openSink.js"
import { linesIn, namesIn, tempFolder, tempPath } from "./tempFile.js"

describe("a disk that fails for a while", () => {
  it.scoped("loses no record: everything is written in order once there is room again", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let full = true
      const sink = yield* openSink(path, {}, refusing(() => full ? "ENOSPC" : undefined))
      yield* sink.run(records(numbered(100)))
      yield* eventually(Effect.map(sink.stats, ({ retried }) => retried >= 3))
      expect(yield* sink.stats).toMatchObject({ accepted: 100, written: 0, queued: 100 })
      expect((yield* sink.stats).lastError).toContain("ENOSPC")
      full = false
      yield* sink.run(record("last"))
      yield* eventually(Effect.map(sink.stats, ({ queued }) => queued === 0))
      expect(yield* namesIn(path)).toEqual([...numbered(100), "last"])
      yield* turns
      expect(sink.warnings).toEqual([
        expect.stringMatching(/^Writing telemetry to .* failed: .*ENOSPC.* Retrying/),
        expect.stringMatching(/^Writing telemetry to .* works again\. Records lost: 0$/)
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped(
    "is retried after 50 ms, then at longer intervals, up to 5 seconds",
    () =>
      Effect.gen(function*() {
        const sink = yield* openSink(yield* tempPath, {}, refusing(() => "EIO"))
        yield* sink.run(record("waiting"))
        const pauses: Array<number> = []
        for (let now = 0; pauses.length < 11;) {
          yield* turns
          // The writer waits after a failed write; until then the clock stands still.
          for (const next of yield* TestClock.sleeps()) {
            pauses.push(next - now)
            now = next
            yield* TestClock.setTime(next)
          }
        }
        expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    30_000
  )

  it.scoped("is retried immediately by a flush", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let full = true
      const sink = yield* openSink(path, {}, refusing(() => full ? "ENOSPC" : undefined))
      yield* sink.run(record("waiting"))
      yield* eventually(Effect.map(sink.stats, ({ retried }) => retried >= 8))
      full = false
      yield* sink.flush
      expect(yield* namesIn(path)).toEqual(["waiting"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is not retried immediately again after a failed flush", () =>
    Effect.gen(function*() {
      let calls = 0
      const sink = yield* openSink(yield* tempPath, {}, refusing(() => (calls++, "EIO")))
      yield* sink.run(record("waiting"))
      const flushing = yield* Effect.fork(sink.flush)
      yield* eventually(Effect.sync(() => calls >= 3))
      yield* Fiber.interrupt(flushing)
      yield* turns
      const before = calls
      yield* Effect.repeatN(turns, 5)
      expect(calls).toBe(before)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("drops the newest records that do not fit into memory, and writes this to the file before the next record", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let full = true
      const sink = yield* openSink(path, { maxQueuedBytes: 10_000 }, refusing(() => full ? "ENOSPC" : undefined))
      yield* sink.run(records(numbered(100)))
      const during = yield* sink.stats
      expectBalance(during)
      expect(during.queued).toBeGreaterThan(20)
      expect(during.dropped.queue_full).toBe(100 - during.queued)
      full = false
      yield* sink.flush
      yield* sink.run(record("later"))
      yield* sink.flush
      const lines = yield* linesIn(path)
      const at = "1970-01-01T00:00:00.000000Z"
      expect(lines.filter(({ kind }) => kind === "dropped")).toEqual([
        { kind: "dropped", count: during.dropped.queue_full, reason: "queue_full", at }
      ])
      expect(lines.filter(({ kind }) => kind === "span").map(({ name }) => name))
        .toEqual([...numbered(during.queued), "later"])
      expect(lines.findIndex(({ kind }) => kind === "dropped")).toBeLessThan(lines.length - 1)
      expect(yield* sink.stats).toMatchObject({ accepted: 101, written: during.queued + 1, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is reported at most once per minute", () =>
    Effect.gen(function*() {
      const sink = yield* openSink(yield* tempPath, {}, refusing(() => "EIO"))
      yield* sink.run(record("waiting"))
      for (let second = 0; second < 150; second++) {
        yield* turns
        yield* TestClock.adjust("1 second")
      }
      expect(sink.warnings).toHaveLength(3)
      expect(new Set(sink.warnings).size).toBe(1)
    }).pipe(Effect.provide(NodeFileSystem.layer)), 30_000)
})

describe("a program that blocks the event loop", () => {
  it.scoped("loses nothing while the disk is fast enough", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      // The disk finishes at once, but its callbacks run only after a turn of the event loop.
      const sink = yield* openSink(path, { maxQueuedBytes: 20_000 }, {
        write: (fd, bytes, offset, length, position, done) => {
          const written = nodeFunctions.writeSync(fd, bytes, offset, length, position)
          setImmediate(() => done(null, written))
        }
      })
      yield* sink.run(record("first"))
      yield* turns
      let turned = 0
      setImmediate(() => turned++)
      yield* sink.run(records(numbered(2000)))
      expect(turned).toBe(0)
      yield* sink.flush
      expect(yield* namesIn(path)).toEqual(["first", ...numbered(2000)])
      expect(yield* sink.stats).toMatchObject({ accepted: 2001, written: 2001, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("does not wait for a write that does not reach the file", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let begun = 0
      const sink = yield* openSink(path, { maxQueuedBytes: 20_000, closeTimeout: 0 }, { write: () => void begun++ })
      yield* sink.run(record("first"))
      yield* eventually(Effect.sync(() => begun > 0))
      yield* sink.run(records(numbered(2000)))
      const stats = yield* sink.stats
      expectBalance(stats)
      expect(stats.written).toBe(0)
      expect(stats.dropped.queue_full).toBeGreaterThan(1900)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("an interrupted call", () => {
  it.scoped("is repeated immediately", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let calls = 0
      const sink = yield* openSink(path, {}, refusing(() => [, "EINTR", "EAGAIN"][++calls]))
      yield* sink.run(record("s"))
      yield* sink.flush
      expect(yield* namesIn(path)).toEqual(["s"])
      expect(yield* sink.stats).toMatchObject({ written: 1, retried: 2, lastError: null })
      expect(sink.warnings).toEqual([])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a disk that never recovers", () => {
  it.scoped("lets the layer close within its timeout, and counts the records as `io`", () =>
    Effect.gen(function*() {
      const sink = yield* openSink(yield* tempPath, { closeTimeout: "2 seconds" }, refusing(() => "EIO"))
      yield* sink.run(records(numbered(10)))
      while ((yield* sink.stats).lastError === null) {
        yield* turns
      }
      const closing = yield* Effect.fork(sink.close)
      yield* turns
      yield* TestClock.adjust("1999 millis")
      yield* turns
      expect(yield* Fiber.poll(closing)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      expect(yield* sink.stats).toMatchObject({ accepted: 10, written: 0, queued: 0, dropped: { io: 10, shutdown: 0 } })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("that never calls back is abandoned as well, as `shutdown`", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let release = () => {}
      const sink = yield* openSink(path, {}, {
        write: (fd, bytes, offset, length, position, done) => {
          release = () => nodeFunctions.write(fd, bytes, offset, length, position, done)
        }
      })
      yield* sink.run(record("in flight"))
      yield* turns
      yield* sink.run(record("waiting"))
      const closing = yield* Effect.fork(sink.close)
      yield* turns
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(closing)
      const given = { accepted: 2, written: 0, queued: 0, dropped: { shutdown: 2, io: 0 } }
      expect(yield* sink.stats).toMatchObject(given)
      // It calls back after all: the counters stay, nothing is thrown, the descriptor is closed.
      release()
      yield* turns
      expect(yield* sink.stats).toMatchObject(given)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a record that cannot be written", () => {
  it.scoped("is dropped as `too_large` if it is larger than the queue", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path, { maxQueuedBytes: 2000 })
      yield* sink.run(records(["before"]))
      yield* sink.flush
      yield* sink.run(records(["large"], { text: "x".repeat(3000) }))
      yield* sink.run(records(["wide"], { text: "€".repeat(600) }))
      yield* sink.run(records(["fits"], { text: "x".repeat(1400) }))
      yield* sink.flush
      expect((yield* sink.stats).dropped).toMatchObject({ too_large: 2, queue_full: 0 })
      expect((yield* linesIn(path)).map(({ count, kind, name }) => name ?? `${kind} ${count}`)).toEqual(
        ["before", "dropped 2", "fits"]
      )
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is accepted and dropped as `invalid_value` if its value is invalid", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* sink.run(Telemetry.emitMetric("loom.tokens.input", -1))
      yield* sink.run(Telemetry.emitMetric("loom.tokens.input", Number.NaN))
      yield* sink.flush
      const stats = yield* sink.stats
      expect(stats).toMatchObject({ accepted: 2, written: 0, dropped: { invalid_value: 2 } })
      expectBalance(stats)
      expect(yield* linesIn(path)).toMatchObject([{ kind: "dropped", count: 2, reason: "invalid_value" }])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a file that other users can read", () => {
  it.scoped("is reported once and not changed", () =>
    Effect.gen(function*() {
      const folder = yield* tempFolder
      for (const [mode, warnings] of [[0o644, 1], [0o640, 1], [0o600, 0]] as const) {
        const path = `${folder}/${mode}.jsonl`
        nodeFunctions.closeSync(nodeFunctions.openSync(path, nodeFunctions.constants["O_CREAT"]!, 0o600))
        yield* Effect.promise(() => import("node:fs/promises").then((fs) => fs.chmod(path, mode)))
        const sink = yield* openSink(path)
        yield* sink.run(record("s"))
        yield* sink.flush
        yield* turns
        expect(sink.warnings).toHaveLength(warnings)
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
