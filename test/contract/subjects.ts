/**
 * The sinks that the contract suite runs for, each with its own way of reading records.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { InMemoryTelemetryService, MetricRecord, ScoreRecord, SpanRecord } from "loom-telemetry"
import {
  ConsoleTelemetry,
  FileTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  NoTelemetryLive,
  Telemetry
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { scoreRecord } from "../../src/records/ScoreData.js"
import { metricRecord, spanRecord } from "../../src/records/SpanData.js"
import { decodedLine } from "../records/decodedLine.js"
import { parseTree } from "./consoleLines.js"
import type { MakeSubject, Recorded, Subject } from "./subject.js"

/** Keeps the service while the layer is built, so that it can still be read after the layer has been released. */
const remembering = <I>(
  layer: Layer.Layer<Telemetry | I>,
  serviceOf: (context: Context.Context<Telemetry | I>) => InMemoryTelemetryService
): Subject => {
  let service: InMemoryTelemetryService | undefined
  return {
    layer: Layer.tap(layer, (context) => Effect.sync(() => service = serviceOf(context))),
    recorded: Effect.suspend(() =>
      Effect.all({ spans: service!.spans, metrics: service!.metrics, scores: service!.scores })
    )
  }
}

export const inMemory: MakeSubject = Effect.sync(() =>
  remembering(InMemoryTelemetry.layer(), (context) => Context.get(context, InMemoryTelemetry))
)

export const testTelemetry: MakeSubject = Effect.sync(() =>
  remembering(TestTelemetry.layer, (context) => Context.get(context, TestTelemetry))
)

/** Parses the records of a file. */
const recordsOf = (text: string): Recorded => {
  const spans: Array<SpanRecord> = []
  const metrics: Array<MetricRecord> = []
  const scores: Array<ScoreRecord> = []
  text.split("\n").slice(0, -1).forEach((line, index) => {
    const decoded = decodedLine(line, index + 1)
    if (decoded.kind === "span") {
      spans.push(spanRecord(decoded.span))
    } else if (decoded.kind === "metric") {
      metrics.push(metricRecord(decoded.metric))
    } else if (decoded.kind === "score") {
      scores.push(scoreRecord(decoded.score))
    }
  })
  return { spans, metrics, scores }
}

export const file: MakeSubject = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const path = `${folder}/traces.jsonl`
  return {
    layer: FileTelemetry.layer(path).pipe(Layer.provide(NodeFileSystem.layer), Layer.orDie),
    recorded: Effect.orDie(Effect.map(fs.readFileString(path), recordsOf))
  }
}).pipe(Effect.orDie, Effect.provide(NodeFileSystem.layer))

export const consoleTree: MakeSubject = Effect.sync(() => {
  const lines: Array<string> = []
  return {
    layer: ConsoleTelemetry.layer({ order: "tree", color: false, stream: { write: (text) => lines.push(text) } }),
    recorded: Effect.sync(() => parseTree(lines))
  }
})

/** Arrays filled by a sink. */
const arrays = () => {
  const spans: Array<SpanRecord> = []
  const metrics: Array<MetricRecord> = []
  const scores: Array<ScoreRecord> = []
  return {
    onSpanEnd: (span: SpanRecord) => void spans.push(span),
    onMetric: (metric: MetricRecord) => void metrics.push(metric),
    onScore: (score: ScoreRecord) => void scores.push(score),
    recorded: Effect.sync((): Recorded => ({ spans, metrics, scores }))
  }
}

export const customSink: MakeSubject = Effect.sync(() => {
  const { recorded, ...hooks } = arrays()
  return { layer: Telemetry.layerSink({ name: "custom", ...hooks }), recorded }
})

export const effectSink: MakeSubject = Effect.sync(() => {
  const { onMetric, onScore, onSpanEnd, recorded } = arrays()
  const sink = Telemetry.sinkFromEffect({
    onSpanEnd: (span) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => onSpanEnd(span))),
    onMetric: (metric) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => onMetric(metric))),
    onScore: (score) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => onScore(score)))
  })
  return { layer: Telemetry.layerSinkScoped(sink), recorded }
})

/** Checks that all sinks of a fan-out hold the same records, and returns them. */
const alike = (all: ReadonlyArray<Recorded>): Recorded => {
  const [first, ...others] = all
  for (const other of others) {
    expect(other.spans.map(facts)).toEqual(first!.spans.map(facts))
    expect(other.metrics.map(facts)).toEqual(first!.metrics.map(facts))
    expect(other.scores.map(facts)).toEqual(first!.scores.map(facts))
  }
  return first!
}

// Lines contain microseconds, so a parsed `Date` may be a millisecond earlier.
const facts = (record: SpanRecord | MetricRecord | ScoreRecord): object => {
  const { endedAt: _, ...rest } = { endedAt: undefined, ...record }
  return rest
}

export const multi: MakeSubject = Effect.gen(function*() {
  const children = yield* Effect.all([inMemory, file, customSink])
  const [memory, lines, custom] = children
  return {
    layer: MultiTelemetry.layer([memory.layer, lines.layer, NoTelemetryLive, custom.layer]),
    recorded: Effect.map(Effect.forEach(children, (child) => child.recorded), alike)
  }
})

export const nestedMulti: MakeSubject = Effect.gen(function*() {
  const children = yield* Effect.all([customSink, testTelemetry, effectSink, inMemory])
  const [custom, test, effect, memory] = children
  return {
    layer: MultiTelemetry.layer([
      custom.layer,
      MultiTelemetry.layer([test.layer, MultiTelemetry.layer([effect.layer, NoTelemetryLive])]),
      memory.layer
    ]),
    recorded: Effect.map(Effect.forEach(children, (child) => child.recorded), alike)
  }
})
