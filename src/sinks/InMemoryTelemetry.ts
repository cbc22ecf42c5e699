/**
 * Keeps records in memory, for tests, exploration and anything else that reads back what was recorded.
 *
 * Memory is bounded: beyond `capacity` records the oldest is dropped and counted. Records are built when they are read.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { MetricRecord } from "../records/MetricRecord.js"
import { type ScoreData, scoreRecord } from "../records/ScoreData.js"
import type { ScoreRecord } from "../records/ScoreRecord.js"
import { type MetricData, metricRecord, type SpanData, spanRecord, spanStart } from "../records/SpanData.js"
import type { SpanRecord, SpanStart } from "../records/SpanRecord.js"
import { type SpanNode, spanTree } from "../records/spanTree.js"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { OpenSpans } from "../telemetry/tracing/OpenSpan.js"
import type { SpanFactory } from "../telemetry/tracing/SpanFactory.js"

/** Options of the in-memory sink. */
export interface InMemoryOptions {
  /** Maximum number of records held (spans, metrics and scores together), ≥ 1. Default 100 000. */
  readonly capacity?: number
}

/** Counts of the records. `accepted = held + cleared + dropped`. */
export interface InMemoryStats {
  /** Ended spans, measurements and scores received. */
  readonly accepted: number
  /** Records that can be read now. */
  readonly held: number
  /** Records replaced by newer ones because `capacity` was reached. */
  readonly dropped: number
}

/** What has been recorded so far. Each read is a snapshot: the array never changes. */
export interface InMemoryTelemetryService {
  /** Ended spans, in the order in which they ended. */
  readonly spans: Effect.Effect<ReadonlyArray<SpanRecord>>
  /** Measurements, in the order in which they were taken. */
  readonly metrics: Effect.Effect<ReadonlyArray<MetricRecord>>
  /** Scores, in the order in which they were given. */
  readonly scores: Effect.Effect<ReadonlyArray<ScoreRecord>>
  /** Spans that have not ended, in the order in which they opened. */
  readonly open: Effect.Effect<ReadonlyArray<SpanStart>>
  /** Ended spans as trees, children in the order in which they opened; a span whose parent is not held is a root. */
  readonly tree: Effect.Effect<ReadonlyArray<SpanNode>>
  /** Removes all records held; open spans stay open. */
  readonly clear: Effect.Effect<void>
  /** The current counters. */
  readonly stats: Effect.Effect<InMemoryStats>
}

type Item = SpanData | MetricData | ScoreData

/** A bounded list that drops its oldest item when it is full. */
class Ring {
  private items: Array<Item> = []
  private oldest = 0
  accepted = 0
  dropped = 0

  constructor(private readonly capacity: number) {}

  get held(): number {
    return this.items.length
  }

  push(item: Item): void {
    this.accepted++
    if (this.items.length < this.capacity) {
      this.items.push(item)
      return
    }
    this.dropped++
    this.items[this.oldest] = item
    this.oldest = (this.oldest + 1) % this.capacity
  }

  clear(): void {
    this.items = []
    this.oldest = 0
  }

  inOrder(): ReadonlyArray<Item> {
    return this.oldest === 0 ? this.items : [...this.items.slice(this.oldest), ...this.items.slice(0, this.oldest)]
  }
}

const makeRing = (capacity: number | undefined): Ring =>
  new Ring(Math.max(1, Math.floor(Number.isNaN(capacity) ? 1 : capacity ?? 100_000)))

const isSpan = (item: Item): item is SpanData => "outcome" in item
const isMetric = (item: Item): item is MetricData => "instrumentKind" in item
const isScore = (item: Item): item is ScoreData => "source" in item

const memoize = <D extends object, A>(make: (data: D) => A): (data: D) => A => {
  const cache = new WeakMap<D, A>()
  return (data) => {
    const value = cache.get(data) ?? make(data)
    cache.set(data, value)
    return value
  }
}

/** The sink, and the service that reads it. */
const make = (
  options: InMemoryOptions,
  factory: SpanFactory | undefined
): readonly [Observer, InMemoryTelemetryService] => {
  const ring = makeRing(options.capacity)
  const recorders = new Set<OpenSpans>()
  // Each item has one record, however often it is read: readers may compare records by identity.
  const toSpan = memoize(spanRecord)
  const toMetric = memoize(metricRecord)
  const toScore = memoize(scoreRecord)
  const observer: Observer = {
    name: "memory",
    onError: "report",
    onEnd: (span) => ring.push(span),
    onMetric: (metric) => ring.push(metric),
    onScore: (score) => ring.push(score),
    attach: (open) => {
      recorders.add(open)
      return () => recorders.delete(open)
    },
    ...(factory && { factory })
  }
  const spans = Effect.sync(() => ring.inOrder().filter(isSpan).map(toSpan))
  return [observer, {
    spans,
    metrics: Effect.sync(() => ring.inOrder().filter(isMetric).map(toMetric)),
    scores: Effect.sync(() => ring.inOrder().filter(isScore).map(toScore)),
    open: Effect.sync(() => [...recorders].flatMap((open) => [...open()].map((span) => spanStart(span.snapshot())))),
    tree: Effect.map(spans, spanTree),
    clear: Effect.sync(() => ring.clear()),
    stats: Effect.sync(() => ({ accepted: ring.accepted, held: ring.held, dropped: ring.dropped }))
  }]
}

/**
 * The in-memory sink. Use it as a tag to read what was recorded.
 *
 * @example
 * const program = agent.run("What is 2 + 3?").pipe(
 *   Effect.zipRight(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
 *   Effect.provide(InMemoryTelemetryLive)
 * )
 */
export class InMemoryTelemetry extends Context.Tag("loom-telemetry/InMemoryTelemetry")<
  InMemoryTelemetry,
  InMemoryTelemetryService
>() {
  /** An in-memory sink, empty each time the layer is built. */
  static readonly layer = (options: InMemoryOptions = {}): Layer.Layer<Telemetry | InMemoryTelemetry> =>
    Layer.scopedContext(
      Effect.map(
        buildInMemory(options),
        ({ memory, telemetry }) => outputsOf(Telemetry, telemetry).pipe(Context.add(InMemoryTelemetry, memory))
      )
    )
}

/** Builds the sink in the current scope, optionally with a span factory of its own. */
export const buildInMemory = (
  options: InMemoryOptions,
  factory?: SpanFactory
): Effect.Effect<
  { readonly memory: InMemoryTelemetryService; readonly telemetry: Context.Tag.Service<Telemetry> },
  never,
  Scope.Scope
> =>
  Effect.suspend(() => {
    const [observer, memory] = make(options, factory)
    return Effect.map(buildTelemetry([observer]), (telemetry) => ({ memory, telemetry }))
  })

/** The in-memory sink with its defaults. */
export const InMemoryTelemetryLive: Layer.Layer<Telemetry | InMemoryTelemetry> = InMemoryTelemetry.layer()
