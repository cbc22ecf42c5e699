/**
 * Samples the traces of one sink, each whole or not at all: a fraction chosen when they start (head), or those worth keeping (tail).
 *
 * Each sink is sampled on its own: the console may show everything while a backend priced by volume gets a tenth. Measurements are never
 * sampled, so counts and costs stay exact. The trap: traces held back by `tail` exist only in memory and are lost if the process is killed.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { shownCause } from "../telemetry/lifecycle/foreignText.js"
import { type Decorated, decorateLayer, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import type { Observer } from "../telemetry/Observer.js"
import { warn } from "../telemetry/report.js"
import { headObserver, traceIdRatio } from "./sampled/headObserver.js"
import { Decisions } from "./sampled/HeldTrace.js"
import { keepsTrace } from "./sampled/keepsTrace.js"
import {
  type HeadOptions,
  headProblem,
  type SamplingCounter,
  samplingCounter,
  type SamplingStats,
  type TailOptions,
  tailProblem
} from "./sampled/options.js"
import { TailSampler } from "./sampled/TailSampler.js"

export type { HeadOptions, SamplingStats, TailOptions } from "./sampled/options.js"

/** The state of a sampler. */
export interface SampledTelemetryService {
  /** The current counters. */
  readonly stats: Effect.Effect<SamplingStats>
}

/** A sink layer behind a sampler. */
export type SampledLayer<L extends SinkLayer> = Layer.Layer<
  Layer.Layer.Success<L> | SampledTelemetry,
  Layer.Layer.Error<L>,
  Layer.Layer.Context<L>
>

/** A sampled sink. */
interface Sampled {
  readonly observer: Observer
  /** Called before the sink is released. */
  close(): void
}

type Sample = (observer: Observer, counter: SamplingCounter) => Sampled

/** Samples the traces of sinks. Use it as a tag to read the counters. */
export class SampledTelemetry extends Context.Tag("loom-telemetry/SampledTelemetry")<
  SampledTelemetry,
  SampledTelemetryService
>() {
  /**
   * Keeps a fraction of the traces. The decision is made when a trace starts, from its id alone, like OpenTelemetry's `TraceIdRatioBased`
   * sampler (specification v1.47.0), so processes that share a trace agree on it. Trace ids must be random, as ours are. Dies with an
   * `Error` if the ratio is invalid.
   *
   * Measurements of a dropped trace are passed on without its ids. Its scores are dropped too, including later ones.
   *
   * @example
   * const tenth = SampledTelemetry.head(FileTelemetry.layer("./traces.jsonl"), { ratio: 0.1 })
   */
  static readonly head = <L extends SinkLayer>(sinkLayer: L, options: HeadOptions): SampledLayer<L> =>
    sampledLayer(sinkLayer, "head", headProblem(options), () => {
      const keeps = traceIdRatio(options.ratio)
      return (observer, counter) => ({ observer: headObserver(observer, keeps, counter), close: () => {} })
    })

  /**
   * Keeps traces that failed, were slow or expensive, or that you choose, and a fraction of the others. A trace is held until none of its
   * spans is open; then the sink receives all of it in its original order, or nothing. Spans and scores that come later follow the decision.
   * `Telemetry.flush` does not force a decision; closing the layer decides the remaining traces by the spans they have. Dies with an `Error` if
   * an option is invalid.
   *
   * The sink sees a span's start only after the trace has ended, so the span then already has its final attributes.
   *
   * @example
   * const worthIt = SampledTelemetry.tail(OTelLive, { slowerThan: "10 seconds", costlierThan: 0.5, ratio: 0.05 })
   */
  static readonly tail = <L extends SinkLayer>(sinkLayer: L, options: TailOptions = {}): SampledLayer<L> =>
    sampledLayer(sinkLayer, "tail", tailProblem(options), () => {
      const rules = { isKept: keepsTrace(options), decisions: new Decisions(), capacity: options.maxSpans ?? 100_000 }
      return (observer, counter) => new TailSampler(observer, rules, counter)
    })
}

const sampledLayer = <L extends SinkLayer>(
  layer: L,
  method: "head" | "tail",
  problem: string | undefined,
  begin: () => Sample
): SampledLayer<L> =>
  problem !== undefined
    ? Layer.die(new Error(`SampledTelemetry.${method}: ${problem}`))
    : decorateLayer(layer, (observers) => Effect.suspend(() => sampled(observers, begin())))

const sampled = (
  observers: ReadonlyArray<Observer>,
  sample: Sample
): Effect.Effect<Decorated<SampledTelemetry>, never, Scope.Scope> => {
  const counter = samplingCounter()
  // All sinks get the same spans, so the first one counts for all.
  const sinks = observers.map((observer, index) => sample(observer, index === 0 ? counter : samplingCounter()))
  return Effect.as(Effect.addFinalizer(() => Effect.forEach(sinks, closeSampled, { discard: true })), {
    observers: sinks.map(({ observer }) => observer),
    provided: Context.make(SampledTelemetry, { stats: Effect.sync(() => ({ ...counter })) })
  })
}

const closeSampled = (sink: Sampled): Effect.Effect<void> =>
  Effect.catchAllCause(
    Effect.sync(() => sink.close()),
    (cause) => Effect.sync(() => warn(`A telemetry sink threw while receiving held traces: ${shownCause(cause)}`))
  )
