/**
 * `mode: "write-through"`: a record is in the file when its span has ended.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { readFileSync, unlinkSync, writeFileSync } from "node:fs"
import { faultyFile } from "./faultyFile.js"
import { eventually, expectBalance, numbered, openSink, record, records, refusing, stingy, turns } from "./openSink.js"
import { jsonLines, namesIn, tempPath } from "./tempFile.js"

const through = { mode: "write-through" } as const

const namesNow = (path: string) => jsonLines(readFileSync(path, "utf8")).map(({ kind, name }) => name ?? kind)

describe("a record that is written through", () => {
  it.scoped("is in the file when its span has ended", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path, through)
      yield* sink.run(Effect.gen(function*() {
        for (const name of numbered(20)) {
          yield* record(name)
          expect(namesNow(path).at(-1)).toBe(name)
        }
        yield* Telemetry.emitMetric("m", 1)
        expect(namesNow(path).at(-1)).toBe("m")
      }))
      expect(yield* sink.stats).toMatchObject({ accepted: 21, written: 21, queued: 0 })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("stays whole after a partial write, after a torn line and if the file was deleted", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      writeFileSync(path, "{\"name\":\"tor", { mode: 0o600 })
      const sink = yield* openSink(path, through, stingy(() => 50))
      yield* sink.run(record("a"))
      expect(readFileSync(path, "utf8")).toMatch(/^\{"name":"tor\n\{.*"a".*\}\n$/)
      unlinkSync(path)
      yield* sink.run(record("b"))
      expect(namesNow(path)).toEqual(["b"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("waits behind records that failed, to keep the order; later ones are written through again", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      let full = true
      const sink = yield* openSink(path, through, refusing(() => full ? "ENOSPC" : undefined))
      yield* sink.run(records(numbered(10)))
      expect(yield* sink.stats).toMatchObject({ accepted: 10, written: 0, queued: 10 })
      // The writer now waits before it retries.
      yield* turns
      full = false
      yield* sink.run(record("behind"))
      expect(namesNow(path)).toEqual([])
      yield* eventually(Effect.map(sink.stats, ({ queued }) => queued === 0))
      yield* turns
      yield* sink.run(record("through"))
      expect(namesNow(path)).toEqual([...numbered(10), "behind", "through"])
      expectBalance(yield* sink.stats)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("is written in the background, with a warning, on a file system without synchronous calls", () =>
    Effect.gen(function*() {
      const warnings: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
      const file = faultyFile(() => Effect.void)
      yield* Effect.zipRight(record("s"), Telemetry.flush).pipe(
        Effect.provide(
          FileTelemetry.layer("traces.jsonl", through).pipe(
            Layer.provide(file.layer),
            Layer.provideMerge(Logger.replace(Logger.defaultLogger, logger))
          )
        )
      )
      expect(file.lines()).toHaveLength(1)
      expect(warnings).toEqual([expect.stringContaining("write-through needs Node's file system")])
    }))

  it.scoped("does not change how its layer closes", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path, through)
      yield* sink.run(record("before"))
      yield* sink.close
      yield* sink.run(record("after"))
      expect(yield* namesIn(path)).toEqual(["before"])
      expect(yield* sink.stats).toMatchObject({ accepted: 2, written: 1, dropped: { after_close: 1 } })
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
