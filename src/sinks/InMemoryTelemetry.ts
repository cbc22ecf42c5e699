/**
 * Keeps records in memory, for tests, exploration and anything that wants to look back at what just happened.
 *
 * Memory is bounded: when `capacity` records are held the oldest makes room, and is counted. Records are made when they are read.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { MetricRecord } from "../records/MetricRecord.js"
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
  /** Records (spans and metrics together) that are held, ≥ 1. Default 100 000. */
  readonly capacity?: number
}

/** What became of the records. `accepted = held + cleared + dropped`. */
export interface InMemoryStats {
  /** Spans that ended and measurements that were taken. */
  readonly accepted: number
  /** Those that can be read now. */
  readonly held: number
  /** Pushed out by newer ones because `capacity` was reached. */
  readonly dropped: number
}

/** What was recorded so far. Each read is a snapshot: an array that does not change any more. */
export interface InMemoryTelemetryService {
  /** Ended spans, in the order in which they ended. */
  readonly spans: Effect.Effect<ReadonlyArray<SpanRecord>>
  /** Measurements, in the order in which they were taken. */
  readonly metrics: Effect.Effect<ReadonlyArray<MetricRecord>>
  /** Spans that have not ended, in the order in which they opened. */
  readonly open: Effect.Effect<ReadonlyArray<SpanStart>>
  /** Ended spans as trees, children in the order in which they opened; a span whose parent is not held is a root. */
  readonly tree: Effect.Effect<ReadonlyArray<SpanNode>>
  /** Forgets what is held; open spans stay open. */
  readonly clear: Effect.Effect<void>
  /** The counters, as they are now. */
  readonly stats: Effect.Effect<InMemoryStats>
}

/** A bounded list: when it is full, the oldest goes. */
class Ring {
  private items: Array<SpanData | MetricData> = []
  private oldest = 0
  accepted = 0
  dropped = 0

  constructor(private readonly capacity: number) {}

  get held(): number {
    return this.items.length
  }

  push(item: SpanData | MetricData): void {
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

  inOrder(): ReadonlyArray<SpanData | MetricData> {
    return this.oldest === 0 ? this.items : [...this.items.slice(this.oldest), ...this.items.slice(0, this.oldest)]
  }
}

const makeRing = (capacity: number | undefined): Ring =>
  new Ring(Math.max(1, Math.floor(Number.isNaN(capacity) ? 1 : capacity ?? 100_000)))

// A record is made once, however often it is read: readers may compare and key by identity.
const spanRecords = new WeakMap<SpanData, SpanRecord>()
const metricRecords = new WeakMap<MetricData, MetricRecord>()

const once = <D extends object, A>(cache: WeakMap<D, A>, make: (data: D) => A) => (data: D): A => {
  const known = cache.get(data)
  if (known !== undefined) {
    return known
  }
  const made = make(data)
  cache.set(data, made)
  return made
}

const isSpan = (item: SpanData | MetricData): item is SpanData => "outcome" in item
const isMetric = (item: SpanData | MetricData): item is MetricData => "value" in item

const asSpan = once(spanRecords, spanRecord)
const asMetric = once(metricRecords, metricRecord)

/** The sink and what reads it. */
const make = (
  options: InMemoryOptions,
  factory: SpanFactory | undefined
): readonly [Observer, InMemoryTelemetryService] => {
  const ring = makeRing(options.capacity)
  const recorders = new Set<OpenSpans>()
  const observer: Observer = {
    name: "memory",
    onError: "report",
    onEnd: (span) => ring.push(span),
    onMetric: (metric) => ring.push(metric),
    attach: (open) => {
      recorders.add(open)
      return () => recorders.delete(open)
    },
    ...(factory && { factory })
  }
  const spans = Effect.sync(() => ring.inOrder().filter(isSpan).map(asSpan))
  return [observer, {
    spans,
    metrics: Effect.sync(() => ring.inOrder().filter(isMetric).map(asMetric)),
    open: Effect.sync(() => [...recorders].flatMap((open) => [...open()].map((span) => spanStart(span.snapshot())))),
    tree: Effect.map(spans, spanTree),
    clear: Effect.sync(() => ring.clear()),
    stats: Effect.sync(() => ({ accepted: ring.accepted, held: ring.held, dropped: ring.dropped }))
  }]
}

/**
 * What the in-memory sink holds.
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
  /** A fresh in-memory sink for each time that the layer is built. */
  static readonly layer = (options: InMemoryOptions = {}): Layer.Layer<Telemetry | InMemoryTelemetry> =>
    Layer.scopedContext(
      Effect.map(
        buildInMemory(options),
        ({ memory, telemetry }) => outputsOf(Telemetry, telemetry).pipe(Context.add(InMemoryTelemetry, memory))
      )
    )
}

/** Builds the sink in the current scope, with spans of one's own factory where one is given. */
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
