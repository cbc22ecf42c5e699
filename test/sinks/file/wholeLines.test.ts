/**
 * Each line of the file is one whole record: after partial writes, next to torn lines, and with other processes writing to the same file.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import type { NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"
import { eventually, nodeFunctions, numbered, openSink, record, records, stingy } from "./openSink.js"
import { systemError } from "./systemError.js"
import { jsonLines, namesIn, tempPath } from "./tempFile.js"

describe("a partial write", () => {
  it.scoped("continues where it stopped, anywhere in a record", () =>
    Effect.gen(function*() {
      for (const most of [1, 7, 100, 285, 286, 1000]) {
        const path = yield* tempPath
        const sink = yield* openSink(path, {}, stingy(() => most))
        yield* sink.run(records(numbered(5)))
        yield* sink.flush
        expect(yield* namesIn(path)).toEqual(numbered(5))
        // No other process wrote, so no line was restarted.
        expect(readFileSync(path, "utf8")).not.toContain("\n\n")
        expect(yield* sink.stats).toMatchObject({ accepted: 5, written: 5, queued: 0 })
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("starts the record again on a new line if another process wrote in the meantime", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let cut = true
      const sink = yield* openSink(path, {}, {
        write: (fd, bytes, offset, length, position, done) =>
          nodeFunctions.write(fd, bytes, offset, cut ? length - 20 : length, position, (error, written) => {
            if (cut) {
              cut = false
              appendFileSync(path, "\n{\"name\":\"other\"}\n")
            }
            done(error, written)
          })
      })
      yield* sink.run(records(numbered(3)))
      yield* sink.flush
      const lines = readFileSync(path, "utf8").split("\n")
      const torn = lines.filter((line) => line !== "" && !line.endsWith("}"))
      expect(torn).toHaveLength(1)
      expect(lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line).name))
        .toEqual(["r0", "r1", "other", "r2"])
      expect(yield* sink.stats).toMatchObject({ accepted: 3, written: 3, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("starts the record again on a new line if it is unknown whether another process wrote", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let isOpen = false
      let cut = true
      const sink = yield* openSink(path, {}, {
        fstat: (fd, done) =>
          isOpen
            ? void setImmediate(() => done(systemError("EIO"), undefined as never))
            : nodeFunctions.fstat(fd, done),
        write: (fd, bytes, offset, length, position, done) => {
          nodeFunctions.write(fd, bytes, offset, cut ? length - 20 : length, position, done)
          cut = false
        }
      })
      isOpen = true
      yield* sink.run(records(numbered(2)))
      yield* sink.flush
      const lines = readFileSync(path, "utf8").split("\n").filter((line) => line.endsWith("}"))
      expect(lines.map((line) => JSON.parse(line).name)).toEqual(["r0", "r1"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("leaves no torn line if the rest never follows: closing the layer removes it", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let calls = 0
      const sink = yield* openSink(path, { closeTimeout: "1 second" }, {
        write: (fd, bytes, offset, length, position, done) =>
          ++calls === 1
            ? nodeFunctions.write(fd, bytes, offset, length - 100, position, done)
            : void setImmediate(() => done(systemError("ENOSPC"), 0))
      })
      yield* sink.run(records(numbered(3)))
      yield* eventually(Effect.map(sink.stats, ({ retried }) => retried > 0))
      expect(readFileSync(path, "utf8").endsWith("\n")).toBe(false)
      const closing = yield* Effect.fork(sink.close)
      yield* eventually(Effect.map(sink.stats, ({ queued }) => queued === 0))
      yield* Fiber.join(closing)
      expect(yield* namesIn(path)).toEqual(["r0", "r1"])
      expect(yield* sink.stats).toMatchObject({ accepted: 3, written: 2, dropped: { io: 1 } })
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a file that ends in the middle of a line", () => {
  it.scoped("is continued on a new line", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      writeFileSync(path, "{\"name\":\"whole\"}\n{\"name\":\"to")
      const sink = yield* openSink(path)
      yield* sink.run(records(["first", "second"]))
      yield* sink.flush
      const [whole, torn, ...ours] = readFileSync(path, "utf8").split("\n")
      expect([whole, torn]).toEqual(["{\"name\":\"whole\"}", "{\"name\":\"to"])
      expect(jsonLines(ours.join("\n")).map(({ name }) => name)).toEqual(["first", "second"])
      expect(ours.filter((line) => line === "")).toHaveLength(1)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("counts as torn if its end cannot be read", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      writeFileSync(path, "{}\n")
      const sink = yield* openSink(path, {}, { read: (...[, , , , , done]) => done(systemError("EACCES"), 0) })
      yield* sink.run(record("s"))
      yield* sink.flush
      expect(readFileSync(path, "utf8").startsWith("{}\n\n{")).toBe(true)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("gets no empty line if it ends with a whole line", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      writeFileSync(path, "{\"name\":\"whole\"}\n")
      const sink = yield* openSink(path)
      yield* sink.run(record("s"))
      yield* sink.flush
      expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("another process that writes to the same file", () => {
  it.scoped("damages none of our records when it dies in the middle of a line", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* sink.run(record("before"))
      yield* sink.flush
      appendFileSync(path, "{\"name\":\"tor")
      yield* sink.run(record("after"))
      yield* sink.flush
      const lines = readFileSync(path, "utf8").split("\n")
      expect(lines[1]).toBe("{\"name\":\"tor")
      expect(JSON.parse(lines[2]!)).toMatchObject({ name: "after" })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("makes every write start on a new line once it is detected", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let tearing = false
      // Torn between checking the file and the write, so it cannot be detected.
      const sink = yield* openSink(path, {}, {
        write: (fd, bytes, offset, length, position, done) => {
          if (tearing) {
            appendFileSync(path, "{\"name\":\"tor")
          }
          nodeFunctions.write(fd, bytes, offset, length, position, done)
        }
      })
      yield* sink.run(record("before"))
      yield* sink.flush
      appendFileSync(path, "{\"name\":\"other\"}\n")
      yield* sink.run(record("warned"))
      yield* sink.flush
      tearing = true
      yield* sink.run(record("after"))
      yield* sink.flush
      expect(readFileSync(path, "utf8")).toMatch(/\n\n\{.*"warned".*\n\{"name":"tor\n\{.*"after".*\n$/)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("makes every write start on a new line with the option `shared`", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path, { shared: true })
      yield* sink.run(record("a"))
      yield* sink.flush
      yield* sink.run(record("b"))
      yield* sink.flush
      expect(readFileSync(path, "utf8")).toMatch(/^\n\{.*"a".*\n\n\{.*"b".*\n$/)
      expect(yield* namesIn(path)).toEqual(["a", "b"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("does not count as a writer if it only truncates the file", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* sink.run(records(numbered(10)))
      yield* sink.flush
      writeFileSync(path, "")
      yield* sink.run(record("a"))
      yield* sink.flush
      yield* sink.run(record("b"))
      yield* sink.flush
      expect(readFileSync(path, "utf8")).not.toContain("\n\n")
      expect(yield* namesIn(path)).toEqual(["a", "b"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("a write", () => {
  it.scoped("takes whole lines, at most 256 KiB, and a longer line alone", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const writes: Array<string> = []
      const noting: Partial<NodeFunctions> = {
        write: (fd, bytes, offset, length, position, done) => {
          writes.push(Buffer.from(bytes).toString())
          nodeFunctions.write(fd, bytes, offset, length, position, done)
        }
      }
      const sink = yield* openSink(path, {}, noting)
      yield* sink.run(records(numbered(300), { text: "€".repeat(1000) }))
      yield* sink.run(record("huge", Object.fromEntries(numbered(50).map((key) => [key, "x".repeat(8000)]))))
      yield* sink.run(record("last"))
      yield* sink.flush
      expect(writes.every((text) => text.endsWith("\n"))).toBe(true)
      const long = writes.filter((text) => Buffer.byteLength(text) > 256 * 1024)
      expect(long.map((text) => JSON.parse(text).name)).toEqual(["huge"])
      expect(yield* namesIn(path)).toEqual([...numbered(300), "huge", "last"])
      expect(writes.length).toBeLessThan(12)
      expect(statSync(path).size).toBe(Buffer.byteLength(writes.join("")))
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
