/**
 * The file sink: what it writes, where, and when.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { linesIn, namesIn, tempFolder, tempPath } from "./file/tempFile.js"
import { capturedWarnings } from "./recordingSinks.js"

const span = (name: string) => Telemetry.withSpan(Effect.void, name)

/** A context that stays open until it is closed, at the latest at the end of the test. */
const openLayer = (path: string) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
    const context = yield* Layer.buildWithScope(FileTelemetry.layer(path), scope)
    return { context, close: (exit: Parameters<typeof Scope.close>[1]) => Scope.close(scope, exit) }
  })

const statsOf = Effect.flatMap(FileTelemetry, (file) => file.stats)

describe("the file", () => {
  it.scoped("contains one record per line, in the order in which spans ended", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      yield* Effect.gen(function*() {
        yield* Telemetry.withSpan(TestClock.adjust("2 millis"), "inner", { turn: 0 })
        yield* Telemetry.emitMetric("loom.tokens.input", 12, { model: "m" })
        yield* Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failed"))
      }).pipe(Telemetry.withSpan("outer"), Effect.provide(FileTelemetry.layer(path)))
      const lines = yield* linesIn(path)
      expect(lines.map((line) => [line.kind, line.name])).toEqual([
        ["span", "inner"],
        ["metric", "loom.tokens.input"],
        ["span", "failed"],
        ["span", "outer"]
      ])
      expect(lines[0]).toMatchObject({ duration_ms: 2, attributes: { turn: 0 }, parent_span_id: lines[3].span_id })
      expect(lines[2]).toMatchObject({ outcome: "failure", exception: "no" })
      expect(lines[1]).toMatchObject({ trace_id: lines[3].trace_id, span_id: lines[3].span_id })
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is created with its folders, readable only by its owner", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* tempFolder
      const path = `${folder}/a/b/traces.jsonl`
      yield* Effect.provide(span("s"), FileTelemetry.layer(path))
      expect((yield* fs.stat(path)).mode & 0o777).toBe(0o600)
      expect((yield* fs.stat(`${folder}/a`)).mode & 0o777).toBe(0o700)
      expect((yield* fs.stat(`${folder}/a/b`)).mode & 0o777).toBe(0o700)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("may be given by a path relative to the working directory", () =>
    Effect.gen(function*() {
      const folder = yield* tempFolder
      const before = process.cwd()
      yield* Effect.acquireRelease(
        Effect.sync(() => process.chdir(folder)),
        () => Effect.sync(() => process.chdir(before))
      )
      yield* Effect.provide(span("plain"), FileTelemetry.layer("traces.jsonl"))
      yield* Effect.provide(span("dotted"), FileTelemetry.layer("./traces.jsonl"))
      expect(yield* namesIn(`${folder}/traces.jsonl`)).toEqual(["plain", "dotted"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("is appended to, never truncated, and keeps its mode", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* tempPath
      yield* fs.writeFileString(path, "{\"kind\":\"span\",\"name\":\"before\"}\n", { mode: 0o640 })
      yield* Effect.provide(span("first"), FileTelemetry.layer(path))
      yield* Effect.provide(span("second"), FileTelemetry.layer(path))
      expect(yield* namesIn(path)).toEqual(["before", "first", "second"])
      expect((yield* fs.stat(path)).mode & 0o777).toBe(0o640)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("contains everything once the layer has been released, after a success, a failure and an interruption", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const layer = FileTelemetry.layer(path)
      for (const end of [Effect.void, Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
        yield* Effect.exit(Effect.zipRight(span("s"), end).pipe(Telemetry.withSpan("body"), Effect.provide(layer)))
      }
      const lines = yield* linesIn(path)
      expect(lines.map((line) => `${line.name} ${line.outcome}`)).toEqual([
        "s success",
        "body success",
        "s success",
        "body failure",
        "s success",
        "body failure",
        "s success",
        "body interrupted"
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("contains, after a flush, everything recorded before it", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      yield* Effect.gen(function*() {
        yield* Effect.repeatN(span("s"), 99)
        yield* Telemetry.flush
        expect(yield* linesIn(path)).toHaveLength(100)
        yield* Telemetry.flush
        yield* span("later")
        yield* Telemetry.flush
        expect(yield* linesIn(path)).toHaveLength(101)
      }).pipe(Effect.provide(FileTelemetry.layer(path)))
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("may be written by two layers at once, with every line whole", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const writer = (name: string) =>
        Telemetry.withSpan(Effect.yieldNow(), name, { text: "x".repeat(2000) }).pipe(
          Effect.repeatN(499),
          Effect.provide(FileTelemetry.layer(path))
        )
      yield* Effect.all([writer("a"), writer("b")], { concurrency: 2 })
      const names = yield* namesIn(path)
      expect(names.filter((name) => name === "a")).toHaveLength(500)
      expect(names.filter((name) => name === "b")).toHaveLength(500)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("takes twenty thousand records at once", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const stats = yield* Effect.repeatN(span("s"), 19_999).pipe(
        Effect.zipRight(Telemetry.flush),
        Effect.zipRight(statsOf),
        Effect.provide(FileTelemetry.layer(path))
      )
      expect(stats).toMatchObject({ accepted: 20_000, written: 20_000, queued: 0 })
      expect(yield* linesIn(path)).toHaveLength(20_000)
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("the FileTelemetry service", () => {
  it.scoped("has the path and the counters", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      yield* Effect.gen(function*() {
        const file = yield* FileTelemetry
        expect(file.path).toBe(path)
        const empty = {
          accepted: 0,
          written: 0,
          queued: 0,
          dropped: {
            queue_full: 0,
            too_large: 0,
            serialization: 0,
            invalid_value: 0,
            io: 0,
            shutdown: 0,
            after_close: 0
          },
          retried: 0,
          lastError: null
        }
        expect(yield* file.stats).toStrictEqual(empty)
        yield* span("a")
        yield* Telemetry.emitMetric("m", 1)
        expect(yield* file.stats).toStrictEqual({ ...empty, accepted: 2, queued: 2 })
        yield* Telemetry.flush
        expect(yield* file.stats).toStrictEqual({ ...empty, accepted: 2, written: 2 })
      }).pipe(Effect.provide(FileTelemetry.layer(path)))
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("counts records that arrive after the layer was released, with one warning", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const [warnings, logging] = capturedWarnings()
      const { close, context } = yield* openLayer(path)
      yield* Effect.provide(span("before"), context)
      yield* close(yield* Effect.exit(Effect.void))
      yield* Effect.zipRight(span("after"), Telemetry.emitMetric("m", 1)).pipe(
        Effect.provide(context),
        Effect.provide(logging)
      )
      yield* Effect.yieldNow()
      expect(warnings).toEqual([expect.stringMatching(/^Records arrived after the telemetry file .* was closed/)])
      expect(yield* Effect.provide(statsOf, context)).toMatchObject({
        accepted: 3,
        written: 1,
        queued: 0,
        dropped: { queue_full: 0, io: 0, shutdown: 0, after_close: 2 }
      })
      expect(yield* namesIn(path)).toEqual(["before"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
