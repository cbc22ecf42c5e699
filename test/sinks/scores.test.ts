/**
 * Scores in each sink: counts, filters and samplers, the console, and hooks that throw.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  ConsoleTelemetry,
  FileTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  SampledTelemetry,
  Telemetry
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { capturedWarnings, Journal } from "./recordingSinks.js"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"
const judged = (name = "s") => Telemetry.score(name, { value: 1 })
const late = Telemetry.scoreOf({ traceId, spanId }, "late", { value: 0.5 })
const scores = Effect.flatMap(InMemoryTelemetry, (memory) => memory.scores)
const names = Effect.map(scores, (all) => all.map(({ name }) => name))
const idsIn = (name: string) => Effect.orDie(Effect.currentSpan).pipe(Telemetry.withSpan(name))

describe("the in-memory sink", () => {
  it.effect("counts, limits and clears scores like other records", () =>
    Effect.gen(function*() {
      const memory = yield* InMemoryTelemetry
      yield* Effect.forEach(["a", "b", "c"], judged).pipe(Telemetry.withSpan("answer"))
      expect(yield* memory.stats).toEqual({ accepted: 4, held: 2, dropped: 2 })
      expect(yield* names).toEqual(["c"])
      yield* memory.clear
      expect(yield* names).toEqual([])
    }).pipe(Effect.provide(InMemoryTelemetry.layer({ capacity: 2 }))))

  it.effect("returns deep-frozen records, the same one on each read", () =>
    Effect.gen(function*() {
      yield* Telemetry.score("s", { value: 1, attributes: { list: [1] } }).pipe(Telemetry.withSpan("answer"))
      const [score] = yield* scores
      expect(Object.isFrozen(score) && Object.isFrozen(score!.attributes) && Object.isFrozen(score!.attributes["list"]))
        .toBe(true)
      expect((yield* scores)[0]).toBe(score)
    }).pipe(Effect.provide(InMemoryTelemetry.layer())))
})

describe("the file sink", () => {
  it.scoped("counts scores like other records, and rejected ones as invalid", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
      const [warnings, logger] = capturedWarnings()
      const stats = yield* Effect.gen(function*() {
        yield* late
        yield* Telemetry.scoreOf({ traceId }, "s", { value: Number.NaN })
        yield* Telemetry.scoreOf({ traceId }, "s", {})
        yield* Telemetry.flush
        return yield* Effect.flatMap(FileTelemetry, (file) => file.stats)
      }).pipe(Effect.provide(FileTelemetry.layer(path)), Effect.provide(logger))
      expect(stats).toMatchObject({ accepted: 3, written: 1, dropped: { invalid_value: 2 } })
      expect(warnings).toEqual([`A score of "s" was dropped: the value is not a finite number`])
      expect((yield* fs.readFileString(path)).split("\n").map((line) => line.slice(0, 28))).toEqual([
        `{"kind":"dropped","count":2,`,
        `{"kind":"score","name":"late`,
        ""
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("the console", () => {
  const printed = (order: "live" | "tree") => {
    const lines: Array<string> = []
    const program = Effect.gen(function*() {
      yield* Telemetry.score("correctness", { value: 0.25, label: "wrong\n", explanation: "off, by one" }).pipe(
        Telemetry.withSpan("inner"),
        Telemetry.withSpan("outer")
      )
      yield* late
    })
    const console = ConsoleTelemetry.layer({ order, color: false, stream: { write: (text) => lines.push(text) } })
    return Effect.as(Effect.provide(program, console), lines).pipe(Effect.map((all) => all.join("")))
  }
  const score = `★ correctness 0.25 wrong\\n (code) explanation="off, by one"`
  const unplaced = `★ late 0.5 (code) trace_id=${traceId}, span_id=${spanId}`

  it.effect("prints a score below its span while the span is open", () =>
    Effect.map(printed("live"), (text) =>
      expect(text.replace(/ \([\d.]+ms\)/g, "")).toBe(
        `▸ outer\n  ▸ inner\n    ${score}\n  • inner\n• outer\n${unplaced}\n`
      )))

  it.effect("prints a score below its span in a tree, and one of an unknown span with its ids", () =>
    Effect.map(
      printed("tree"),
      (text) => expect(text.replace(/ \([\d.]+ms\)/g, "")).toBe(`• outer\n  • inner\n    ${score}\n${unplaced}\n`)
    ))

  it.effect("prints and counts scores even if metrics are not shown", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const layer = ConsoleTelemetry.layer({
        showMetrics: false,
        color: false,
        stream: { write: (text) => lines.push(text) }
      })
      const stats = yield* Effect.zipRight(late, Effect.flatMap(ConsoleTelemetry, (sink) => sink.stats)).pipe(
        Effect.provide(layer)
      )
      expect([lines, stats.accepted]).toEqual([[`${unplaced}\n`], 1])
    }))
})

describe("behind a filter, a score", () => {
  it.effect("keeps the ids of its target, even if the target is dropped", () =>
    Effect.gen(function*() {
      const ids = yield* Effect.tap(Effect.currentSpan, judged()).pipe(
        Telemetry.withSpan("out"),
        Telemetry.withSpan("in")
      )
      expect(yield* scores).toMatchObject([{ traceId: ids.traceId, spanId: ids.spanId }])
    }).pipe(
      Effect.provide(FilteredTelemetry.layer(InMemoryTelemetry.layer(), ({ name }) => name !== "out"))
    ))
})

describe("behind a sampler, a score", () => {
  const counted = Effect.flatMap(SampledTelemetry, (sampled) => sampled.stats)

  it.effect("follows the decision on its trace, even later; a score of an unknown trace is passed on", () =>
    Effect.gen(function*() {
      const fine = yield* Effect.zipRight(judged("fine"), idsIn("inner")).pipe(Telemetry.withSpan("root"))
      const failed = yield* Effect.zipRight(judged("failed"), Effect.flatMap(Effect.currentSpan, Effect.fail)).pipe(
        Telemetry.withSpan("fails"),
        Effect.flip
      )
      const ids = failed as { readonly traceId: string; readonly spanId: string }
      yield* Telemetry.scoreOf({ traceId: fine.traceId }, "late fine", { value: 1 })
      yield* Telemetry.scoreOf({ traceId: ids.traceId, spanId: ids.spanId }, "late failed", { value: 1 })
      yield* late
      expect(yield* names).toEqual(["failed", "late failed", "late"])
      // The spans root, inner and fails.
      expect(yield* counted).toEqual({ kept: 1 + 3, dropped: 2 + 2, decidedEarly: 0, held: 0 })
    }).pipe(Effect.provide(SampledTelemetry.tail(InMemoryTelemetry.layer()))))

  it.effect("waits with its trace", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        yield* judged()
        expect([yield* names, (yield* counted).held]).toEqual([[], 1])
      }).pipe(Telemetry.withSpan("root"))
      expect(yield* names).toEqual(["s"])
    }).pipe(Effect.provide(SampledTelemetry.tail(InMemoryTelemetry.layer(), { ratio: 1 }))))

  it.effect.each([[0, []], [1, ["s", "late"]]] as const)(
    "is kept or dropped by its trace id at a ratio of %s",
    ([ratio, kept]) =>
      Effect.gen(function*() {
        yield* Telemetry.withSpan(judged(), "root")
        yield* late
        expect(yield* names).toEqual(kept)
        const { dropped, kept: passed } = yield* counted
        expect([passed, dropped]).toEqual(ratio === 1 ? [3, 0] : [0, 3])
      }).pipe(Effect.provide(SampledTelemetry.head(InMemoryTelemetry.layer(), { ratio })))
  )
})

describe("a sink that throws in onScore", () => {
  it.effect("does not keep the score from other sinks; its exception is raised at the end of the span", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const broken = Telemetry.layerSink({
        name: "broken",
        onScore: () => {
          throw new Error("no")
        }
      })
      const { exit, names: kept } = yield* Effect.gen(function*() {
        const exit = yield* Effect.exit(Telemetry.withSpan(Effect.as(judged(), "answer"), "root"))
        return { exit, names: yield* names }
      }).pipe(Effect.provide(MultiTelemetry.layer([broken, InMemoryTelemetry.layer()])), Effect.provide(logger))
      expect([exit._tag, kept, warnings.length]).toEqual(["Failure", ["s"], 1])
      expect(warnings[0]).toContain(`"broken" threw in onScore`)
    }))

  it.effect("raises at once outside of spans, and never with \"report\"", () =>
    Effect.gen(function*() {
      const layer = (onSinkError: "raise" | "report") =>
        Telemetry.layerSink({
          name: "broken",
          onScore: () => {
            throw new Error("no")
          }
        }, { onSinkError }).pipe(Layer.provide(capturedWarnings()[1]))
      const [, logger] = capturedWarnings()
      const exitOf = (onSinkError: "raise" | "report") =>
        Effect.map(
          Effect.exit(late).pipe(Effect.provide(layer(onSinkError)), Effect.provide(logger)),
          ({ _tag }) => _tag
        )
      expect([yield* exitOf("raise"), yield* exitOf("report")]).toEqual(["Failure", "Success"])
    }))
})

it.effect("a sink without onScore receives no scores", () =>
  Effect.gen(function*() {
    const journal = new Journal()
    yield* Telemetry.withSpan(judged(), "root").pipe(Effect.provide(journal.layer("a")))
    expect(journal.of("a")).toEqual(["start root", "end root success null", "flush", "release"])
  }))

it.effect("an attribute function is not called if nothing records, and may throw", () =>
  Effect.gen(function*() {
    let calls = 0
    const attributes = () => {
      calls++
      throw new Error("no")
    }
    yield* Telemetry.withSpan(Telemetry.score("s", { value: 1, attributes }), "root")
    expect(calls).toBe(0)
    const all = yield* Effect.zipRight(
      Telemetry.withSpan(Telemetry.score("s", { value: 1, attributes }), "root"),
      scores
    )
      .pipe(Effect.provide(TestTelemetry.layer))
    expect([calls, all.length]).toEqual([1, 1])
  }))
