/**
 * Spans that a program never ends: the number kept is bounded, and nothing else about them changes.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Span } from "effect/Tracer"
import {
  ConsoleTelemetry,
  FileTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  SampledTelemetry,
  Telemetry,
  TelemetryLimits
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const limited = (openSpans: number) =>
  Layer.provide(Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, openSpans }))

const openNames = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.map(memory.open, (all) => all.map(({ name }) => name))
)

/** Opens six spans, the second of which ends after it was forgotten; with a limit of two, three are forgotten and never end. */
const forgetting = Effect.gen(function*() {
  const spans: Array<Span> = []
  for (let n = 0; n < 6; n++) {
    spans.push(yield* Effect.makeSpan(`s${n}`))
  }
  spans[1]!.end(BigInt(1), Exit.void)
})

describe("open spans", () => {
  it.effect("beyond the limit are forgotten, oldest first, with one warning; they are still recorded if they end", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const spans: Array<Span> = []
      yield* Effect.gen(function*() {
        for (let n = 0; n < 6; n++) {
          spans.push(yield* Effect.makeSpan(`s${n}`))
        }
        expect(yield* openNames).toEqual(["s3", "s4", "s5"])
        for (const n of [0, 4, 5, 1, 3]) {
          spans[n]!.end(BigInt(1), Exit.void)
        }
        expect(yield* openNames).toEqual([])
        yield* Telemetry.withSpan(openNames, "last")
        const memory = yield* InMemoryTelemetry
        expect((yield* memory.spans).map(({ name }) => name)).toEqual(["s0", "s4", "s5", "s1", "s3", "last"])
      }).pipe(Effect.provide(InMemoryTelemetry.layer().pipe(limited(3))), Effect.provide(logger))
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("More than 3 spans are open")
    }))

  for (const order of ["live", "tree"] as const) {
    it.effect(`that were forgotten do not disturb a console with order "${order}"`, () =>
      Effect.gen(function*() {
        const lines: Array<string> = []
        yield* Effect.gen(function*() {
          const parent = yield* Effect.makeSpan("parent")
          yield* Effect.withParentSpan(Telemetry.withSpan(Effect.void, "child"), parent)
          yield* Effect.makeSpan("second")
          yield* Effect.makeSpan("third")
          yield* Effect.withParentSpan(Telemetry.withSpan(Effect.void, "late"), parent)
          parent.end(BigInt(1), Exit.void)
        }).pipe(Effect.provide(
          ConsoleTelemetry.layer({ color: false, order, stream: { write: (text) => lines.push(text) } }).pipe(
            limited(2)
          )
        ))
        const text = lines.join("")
        for (const name of ["child", "late", "parent"]) {
          expect(text.split("\n").filter((line) => line.includes(`• ${name} `))).toHaveLength(1)
        }
      }))
  }

  for (const order of ["live", "tree"] as const) {
    it.effect(`that were forgotten and never ended are counted at the end of a console with order "${order}"`, () =>
      Effect.gen(function*() {
        const lines: Array<string> = []
        yield* forgetting.pipe(Effect.provide(
          ConsoleTelemetry.layer({ color: false, order, stream: { write: (text) => lines.push(text) } }).pipe(
            limited(2)
          )
        ))
        expect(lines.at(-1)).toBe("… 3 more spans are open\n")
        expect(lines.filter((line) => line.startsWith("…"))).toHaveLength(1)
      }))
  }

  it.effect("that were forgotten and never ended are one line in a file, which its readers report", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
      yield* Effect.provide(forgetting, FileTelemetry.layer(path).pipe(limited(2)))
      const kinds = (yield* fs.readFileString(path)).trim().split("\n").map((line) => JSON.parse(line))
      expect(kinds.map(({ count, kind, name, reason }) => [kind, name ?? reason, count])).toEqual([
        ["span", "s1", undefined],
        ["span_start", "s4", undefined],
        ["span_start", "s5", undefined],
        ["dropped", "open_spans", 3]
      ])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  const wrapped = {
    "a filter": (sink: Layer.Layer<Telemetry>) => FilteredTelemetry.layer(sink, ({ name }) => name !== "s0"),
    "a head sampler": (sink: Layer.Layer<Telemetry>) => SampledTelemetry.head(sink, { ratio: 1 }),
    "a tail sampler": (sink: Layer.Layer<Telemetry>) => SampledTelemetry.tail(sink, { ratio: 1 })
  }
  for (const [what, wrap] of Object.entries(wrapped)) {
    it.effect(`that were forgotten are counted behind ${what}`, () =>
      Effect.gen(function*() {
        const lines: Array<string> = []
        const sink = ConsoleTelemetry.layer({ color: false, stream: { write: (text) => lines.push(text) } })
        yield* Effect.provide(forgetting, wrap(sink).pipe(limited(2)))
        // The filter leaves the first one out.
        expect(lines.at(-1)).toBe(`… ${what === "a filter" ? 2 : 3} more spans are open\n`)
      }))
  }

  const quiet = { stream: { write: () => {} } }
  const exporter = { export: () => {}, shutdown: () => Promise.resolve() }
  const everySink: Record<string, (path: string) => Layer.Layer<Telemetry, unknown, FileSystem.FileSystem>> = {
    "memory": () => InMemoryTelemetry.layer(),
    "a live console": () => ConsoleTelemetry.layer(quiet),
    "a tree console": () => ConsoleTelemetry.layer({ ...quiet, order: "tree" }),
    "a file": (path) => FileTelemetry.layer(path),
    "OpenTelemetry": () => OTelTelemetry.layer({ spanExporter: exporter }),
    "a sink of your own": () => Telemetry.layerSink({ name: "own", onSpanStart: () => {}, onSpanEnd: () => {} }),
    "a filter": () => FilteredTelemetry.layer(ConsoleTelemetry.layer(quiet), () => true),
    "a sampler": () => SampledTelemetry.tail(ConsoleTelemetry.layer(quiet), { ratio: 1, maxSpans: 10_000 }),
    "a fan-out": () => MultiTelemetry.layer([InMemoryTelemetry.layer(), ConsoleTelemetry.layer(quiet)])
  }
  for (const [what, layerOf] of Object.entries(everySink)) {
    it(
      `of which 300,000 never end take less than 64 MB in ${what}, and do not change the program's result`,
      { timeout: 120_000 },
      async ({ task }) => {
        setFlagsFromString("--expose_gc")
        const collect = runInNewContext("gc") as () => void
        const heap = () => {
          collect()
          return process.memoryUsage().heapUsed / 2 ** 20
        }
        const program = Effect.gen(function*() {
          const before = heap()
          const start = Date.now()
          for (let n = 0; n < 300_000; n++) {
            yield* Effect.makeSpan("never ends", { attributes: { n } })
          }
          return { grown: heap() - before, ms: Date.now() - start, result: "the program's own" }
        })
        const run = Effect.gen(function*() {
          const path = `${yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())}/t.jsonl`
          return yield* Effect.provide(program, layerOf(path))
        }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
        const { grown, ms, result } = await Effect.runPromise(run)
        task.meta.fault = { area: "scale", row: `300,000 spans that never end, in ${what}` }
        task.meta.faultNote = `${grown.toFixed(0)} MB, ${(ms / 1000).toFixed(1)} s`
        expect(result).toBe("the program's own")
        expect(grown, `${grown} MB`).toBeLessThan(64)
      }
    )
  }
})
