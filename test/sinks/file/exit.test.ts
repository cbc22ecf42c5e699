/**
 * A simulated end of the process: the sink's own exit handler is called while pending writes never call back.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { Telemetry } from "loom-telemetry"
import { readFileSync, writeSync } from "node:fs"
import type { NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"
import { eventually, type FileOptions, nodeFunctions, numbered, openSink, records, refusing } from "./openSink.js"
import { jsonLines, tempPath } from "./tempFile.js"

const listeners = () => process.listeners("exit") as ReadonlyArray<(code: number) => void>

/** Opens the sink, and returns its exit handler. */
const openToExit = (path: string, options?: FileOptions, damage?: Partial<NodeFunctions>) =>
  Effect.gen(function*() {
    const before = new Set(listeners())
    const sink = yield* openSink(path, options, damage)
    const [onExit] = listeners().filter((listener) => !before.has(listener))
    return { ...sink, exit: () => onExit!(0) }
  })

const namesNow = (path: string) =>
  jsonLines(readFileSync(path, "utf8")).map(({ kind, name }) => kind === "span" ? name : `${kind} ${name ?? ""}`.trim())

/** A sink whose writes never call back; `begun` completes when one has started. */
const openSilent = (path: string, reach: (fd: number, bytes: Uint8Array) => void) =>
  Effect.gen(function*() {
    let writes = 0
    const sink = yield* openToExit(path, {}, {
      write: (fd, bytes) => {
        writes++
        reach(fd, bytes.slice())
      }
    })
    return { ...sink, begun: eventually(Effect.sync(() => writes > 0)) }
  })

describe("the exit handler", () => {
  it.scoped("is shared by all files, and installed while one is open", () =>
    Effect.gen(function*() {
      const before = listeners().length
      const path = yield* tempPath
      const one = yield* openSink(`${path}.1`)
      const other = yield* openSink(`${path}.2`)
      expect(listeners()).toHaveLength(before + 1)
      yield* one.close
      expect(listeners()).toHaveLength(before + 1)
      yield* other.close
      expect(listeners()).toHaveLength(before)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("writes queued records before any fiber or callback runs", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openToExit(path)
      yield* sink.run(records(numbered(20)))
      sink.exit()
      expect(namesNow(path)).toEqual(numbered(20))
      expect(yield* sink.stats).toMatchObject({ accepted: 20, written: 20, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("does not repeat a write that reached the file but never called back", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSilent(path, (fd, bytes) => void writeSync(fd, bytes))
      yield* sink.run(records(["in flight"]))
      yield* sink.begun
      yield* sink.run(records(["queued"]))
      sink.exit()
      expect(namesNow(path)).toEqual(["in flight", "queued"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("waits for a write in another thread", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let given: Uint8Array | undefined
      let looks = 0
      const sink = yield* openToExit(path, {}, {
        write: (_fd, bytes) => {
          given = bytes.slice()
        },
        // The thread has finished when the file is checked for the second time.
        fstatSync: (fd) => {
          if (given !== undefined && ++looks === 2) {
            writeSync(fd, given)
          }
          return nodeFunctions.fstatSync(fd)
        }
      })
      yield* sink.run(records(["in flight"]))
      yield* eventually(Effect.sync(() => given !== undefined))
      sink.exit()
      expect(namesNow(path)).toEqual(["in flight"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("continues after the last byte of a partial write", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSilent(path, (fd, bytes) => void writeSync(fd, bytes, 0, 400))
      yield* sink.run(records(numbered(3)))
      yield* sink.begun
      sink.exit()
      expect(namesNow(path)).toEqual(numbered(3))
      expect(readFileSync(path, "utf8")).not.toContain("\n\n")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("repeats a write that did not arrive in time", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSilent(path, () => {})
      yield* sink.run(records(["in flight"]))
      yield* sink.begun
      yield* sink.run(records(["queued"]))
      sink.exit()
      expect(namesNow(path)).toEqual(["in flight", "queued"])
      expect(yield* sink.stats).toMatchObject({ accepted: 2, written: 2, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("finds its records among those of another writer", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSilent(path, (fd, bytes) => {
        writeSync(fd, "{\"kind\":\"span\",\"name\":\"other\"}\n")
        writeSync(fd, bytes)
        writeSync(fd, "{\"kind\":\"span\",\"name\":\"other\"}\n")
      })
      yield* sink.run(records(["in flight"]))
      yield* sink.begun
      sink.exit()
      expect(namesNow(path)).toEqual(["other", "in flight", "other"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("writes losses and open spans last", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openToExit(path, { maxQueuedBytes: 3000 })
      yield* sink.run(
        Effect.gen(function*() {
          yield* records(["kept"])
          yield* records(["large"], { text: "x".repeat(4000) })
          sink.exit()
          expect(namesNow(path)).toEqual(["dropped", "kept", "span_start outer", "span_start inner"])
        }).pipe(Telemetry.withSpan("inner"), Telemetry.withSpan("outer"))
      )
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("writes spans that end later immediately", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openToExit(path)
      const scope = yield* Scope.make()
      yield* sink.run(Scope.extend(Telemetry.spanScoped("open"), scope))
      sink.exit()
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      expect(namesNow(path)).toEqual(["span_start open", "open"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("throws nothing and leaves no torn line if the disk fails", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let calls = 0
      const sink = yield* openToExit(path, { closeTimeout: 0 }, {
        ...refusing(() => "ENOSPC"),
        writeSync: (fd, bytes, offset, length, position) => {
          if (calls++ > 0) {
            throw new Error("ENOSPC")
          }
          return nodeFunctions.writeSync(fd, bytes, offset, length - 10, position)
        }
      })
      yield* sink.run(records(numbered(3)))
      sink.exit()
      expect(namesNow(path)).toEqual(["r0", "r1"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
