/**
 * Files that are moved, deleted or truncated while they are written to.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { eventually, nodeFunctions, numbered, openSink, record, records } from "./openSink.js"
import { systemError } from "./systemError.js"
import { namesIn, tempFolder, tempPath } from "./tempFile.js"

const flushed = (sink: Effect.Effect.Success<ReturnType<typeof openSink>>, name: string) =>
  Effect.zipRight(sink.run(record(name)), sink.flush)

describe("a file that was renamed", () => {
  it.scoped("is replaced by a new one at the first write after a flush", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* flushed(sink, "old")
      renameSync(path, `${path}.1`)
      yield* sink.flush
      yield* flushed(sink, "new")
      expect(yield* namesIn(`${path}.1`)).toEqual(["old"])
      expect(yield* namesIn(path)).toEqual(["new"])
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is replaced within 250 ms, also without a flush", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      const written = (count: number) => eventuallyWritten(sink, count)
      yield* sink.run(record("old"))
      yield* written(1)
      renameSync(path, `${path}.1`)
      yield* sink.run(record("late"))
      yield* written(2)
      yield* TestClock.adjust("250 millis")
      yield* sink.run(record("new"))
      yield* written(3)
      expect(yield* namesIn(`${path}.1`)).toEqual(["old", "late"])
      expect(yield* namesIn(path)).toEqual(["new"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("and replaced is abandoned for its replacement", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* flushed(sink, "old")
      renameSync(path, `${path}.1`)
      writeFileSync(path, "{\"name\":\"theirs\"}\n", { mode: 0o600 })
      yield* flushed(sink, "new")
      expect(yield* namesIn(path)).toEqual(["theirs", "new"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("and replaced by a link keeps the records in memory until the link is gone", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* flushed(sink, "old")
      renameSync(path, `${path}.1`)
      writeFileSync(`${path}.other`, "")
      symlinkSync(`${path}.other`, path)
      yield* Effect.fork(sink.flush)
      yield* sink.run(record("new"))
      yield* eventually(Effect.map(sink.stats, ({ retried }) => retried > 0))
      expect(yield* sink.stats).toMatchObject({ queued: 1 })
      unlinkSync(path)
      yield* eventually(Effect.map(sink.stats, ({ queued }) => queued === 0))
      expect(yield* namesIn(path)).toEqual(["new"])
      expect(statSync(`${path}.other`).size).toBe(0)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

const eventuallyWritten = (sink: Effect.Effect.Success<ReturnType<typeof openSink>>, count: number) =>
  Effect.gen(function*() {
    while ((yield* sink.stats).written < count) {
      yield* Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
    }
  })

describe("a file that was deleted", () => {
  it.scoped("is created again at the next write, with its folders", () =>
    Effect.gen(function*() {
      const path = `${yield* tempFolder}/a/b/traces.jsonl`
      const sink = yield* openSink(path)
      yield* flushed(sink, "old")
      rmSync(dirname(dirname(path)), { recursive: true })
      yield* sink.run(record("new"))
      yield* eventuallyWritten(sink, 2)
      expect(yield* namesIn(path)).toEqual(["new"])
      expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("during a write gets that write repeated in the new file", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let deleting = true
      const sink = yield* openSink(path, {}, {
        write: (fd, bytes, offset, length, position, done) => {
          if (deleting) {
            unlinkSync(path)
            deleting = false
          }
          nodeFunctions.write(fd, bytes, offset, length, position, done)
        }
      })
      yield* sink.run(records(numbered(20)))
      yield* sink.flush
      expect(yield* namesIn(path)).toEqual(numbered(20))
      expect(yield* sink.stats).toMatchObject({ accepted: 20, written: 20, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("during many writes loses none of the unverified ones", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let calls = 0
      const sink = yield* openSink(path, {}, {
        write: (fd, bytes, offset, length, position, done) => {
          if (++calls === 5) {
            unlinkSync(path)
          }
          nodeFunctions.write(fd, bytes, offset, length, position, done)
        }
      })
      yield* sink.run(records(numbered(300), { text: "x".repeat(8000) }))
      yield* sink.flush
      expect(calls).toBeGreaterThan(8)
      // The first write was alone and was verified.
      const names = yield* namesIn(path)
      expect(numbered(300).slice(-names.length)).toEqual(names)
      expect(names.length).toBeGreaterThan(200)
      expect(yield* sink.stats).toMatchObject({ accepted: 300, written: 300, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("and cannot be opened again is retried like a write, and nothing is lost", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let refusals = 0
      const sink = yield* openSink(path, {}, {
        open: (name, flags, mode, done) =>
          refusals-- > 0
            ? void setImmediate(() => done(systemError("EMFILE"), -1))
            : nodeFunctions.open(name, flags, mode, done)
      })
      yield* flushed(sink, "old")
      unlinkSync(path)
      refusals = 3
      yield* sink.run(records(numbered(5)))
      yield* eventually(Effect.map(sink.stats, ({ queued }) => queued === 0))
      expect(yield* namesIn(path)).toEqual(numbered(5))
      const stats = yield* sink.stats
      expect(stats.retried).toBe(3)
      expect(stats.lastError).toContain("EMFILE")
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a relative path", () => {
  it.scoped("refers to the same file after the program changes its working directory", () =>
    Effect.gen(function*() {
      const folder = yield* tempFolder
      mkdirSync(`${folder}/elsewhere`)
      const before = process.cwd()
      yield* Effect.addFinalizer(() => Effect.sync(() => process.chdir(before)))
      process.chdir(folder)
      const sink = yield* openSink("traces.jsonl")
      yield* flushed(sink, "a")
      process.chdir(`${folder}/elsewhere`)
      yield* flushed(sink, "b")
      expect(existsSync(`${folder}/elsewhere/traces.jsonl`)).toBe(false)
      expect(yield* namesIn(`${folder}/traces.jsonl`)).toEqual(["a", "b"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("SIGHUP", () => {
  it.scoped("reopens the path if the option is set, and only while the layer is open", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const before = process.listenerCount("SIGHUP")
      yield* Effect.scoped(openSink(`${path}.unasked`))
      expect(process.listenerCount("SIGHUP")).toBe(before)
      const sink = yield* openSink(path, { reopenOn: "SIGHUP" })
      expect(process.listenerCount("SIGHUP")).toBe(before + 1)
      yield* flushed(sink, "old")
      renameSync(path, `${path}.1`)
      process.emit("SIGHUP")
      // Without a record: the rotating program waits until the old file is closed.
      yield* eventually(Effect.sync(() => existsSync(path)))
      yield* sink.run(record("new"))
      yield* eventuallyWritten(sink, 2)
      expect(yield* namesIn(path)).toEqual(["new"])
      yield* sink.close
      expect(process.listenerCount("SIGHUP")).toBe(before)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
