/**
 * A sink that gets some of the traces, always whole: a fraction chosen when they begin, or those that turn out to be worth keeping.
 *
 * Each sink is sampled by itself, so that the console may show everything while a backend that is paid by volume gets a tenth.
 * Measurements are never sampled: counts and cost stay true. The trap: what `tail` holds back is in memory only, and gone where the process
 * is killed.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { shownCause } from "../telemetry/lifecycle/foreignText.js"
import { warn } from "../telemetry/lifecycle/report.js"
import { type Decorated, decorateLayer, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import type { Observer } from "../telemetry/Observer.js"
import { headObserver } from "./sampled/headObserver.js"
import { headFault, type HeadOptions, tailFault, type TailOptions } from "./sampled/options.js"
import { traceIdRatio } from "./sampled/ratio.js"
import { type SamplingCounter, samplingCounter, type SamplingStats } from "./sampled/stats.js"
import { tailObserver } from "./sampled/tailObserver.js"
import { TailSampler } from "./sampled/TailSampler.js"
import { verdictOf } from "./sampled/verdict.js"
import { Verdicts } from "./sampled/Verdicts.js"

export type { HeadOptions, TailOptions } from "./sampled/options.js"
export type { SamplingStats } from "./sampled/stats.js"

/** What a sampler tells about itself. */
export interface SampledTelemetryService {
  /** The counters, as they are now. */
  readonly stats: Effect.Effect<SamplingStats>
}

/** A sink layer behind a sampler. */
export type SampledLayer<L extends SinkLayer> = Layer.Layer<
  Layer.Layer.Success<L> | SampledTelemetry,
  Layer.Layer.Error<L>,
  Layer.Layer.Context<L>
>

/** Makes a sampled sink of each sink. */
type Sample = (observer: Observer, counter: SamplingCounter) => Observer

/** Sinks behind a sampler, and what became of their spans. */
export class SampledTelemetry extends Context.Tag("loom-telemetry/SampledTelemetry")<
  SampledTelemetry,
  SampledTelemetryService
>() {
  /**
   * A fraction of the traces, chosen when they begin from their ids alone, as OpenTelemetry's `TraceIdRatioBased` sampler does
   * (specification v1.47.0): processes that work on one trace agree on it. It takes trace ids that are random, as ours are. A ratio that is
   * none is a defect.
   *
   * Measurements of a trace that is left out come without its ids.
   *
   * @example
   * const tenth = SampledTelemetry.head(FileTelemetry.layer("./traces.jsonl"), { ratio: 0.1 })
   */
  static readonly head = <L extends SinkLayer>(sinkLayer: L, options: HeadOptions): SampledLayer<L> => {
    const fault = headFault(options)
    return fault !== undefined
      ? Layer.die(new Error(`SampledTelemetry.head: ${fault}`))
      : sampledLayer(sinkLayer, () => headSampling(options))
  }

  /**
   * Traces that failed, were slow or dear, or that you choose; of the others a fraction. A trace is held until none of its spans is open
   * and then reaches the sink as it happened, or not at all; spans that come later follow the decision. `Telemetry.flush` forces nothing; what
   * is undecided when the layer closes is decided on what is there. Options that make no sense are a defect.
   *
   * A sink hears of starts when the trace is over: the attributes that spans have are then those of their end.
   *
   * @example
   * const worthIt = SampledTelemetry.tail(OTelLive, { slowerThan: "10 seconds", dearerThan: 0.5, ratio: 0.05 })
   */
  static readonly tail = <L extends SinkLayer>(sinkLayer: L, options: TailOptions = {}): SampledLayer<L> => {
    const fault = tailFault(options)
    return fault !== undefined
      ? Layer.die(new Error(`SampledTelemetry.tail: ${fault}`))
      : sampledLayer(sinkLayer, () => tailSampling(options))
  }
}

/** How sinks are sampled, for one build of a layer. */
interface Sampling {
  readonly sample: Sample
  /** Run before the sinks are released. */
  readonly close: Effect.Effect<void>
}

const headSampling = ({ ratio }: HeadOptions): Sampling => {
  const keeps = traceIdRatio(ratio)
  return { sample: (observer, counter) => headObserver(observer, keeps, counter), close: Effect.void }
}

const tailSampling = (options: TailOptions): Sampling => {
  const rules = { isKept: verdictOf(options), verdicts: new Verdicts(), capacity: options.maxSpans ?? 100_000 }
  const samplers: Array<TailSampler> = []
  return {
    sample: (observer, counter) => {
      const sampler = new TailSampler(observer, rules, counter)
      samplers.push(sampler)
      return tailObserver(observer, sampler)
    },
    close: Effect.suspend(() => Effect.forEach(samplers, closeSampler, { discard: true }))
  }
}

const closeSampler = (sampler: TailSampler): Effect.Effect<void> =>
  Effect.catchAllCause(
    Effect.sync(() => sampler.close()),
    (cause) =>
      Effect.sync(() => warn(`A telemetry sink threw when the traces that were held went to it: ${shownCause(cause)}`))
  )

const sampledLayer = <L extends SinkLayer>(layer: L, begin: () => Sampling): SampledLayer<L> =>
  decorateLayer(layer, (observers) => Effect.suspend(() => sampled(observers, begin())))

const sampled = (
  observers: ReadonlyArray<Observer>,
  { close, sample }: Sampling
): Effect.Effect<Decorated<SampledTelemetry>, never, Scope.Scope> => {
  const counter = samplingCounter()
  return Effect.as(Effect.addFinalizer(() => close), {
    // They all get the same: one of them counts for all.
    observers: observers.map((observer, index) => sample(observer, index === 0 ? counter : samplingCounter())),
    provided: Context.make(SampledTelemetry, { stats: Effect.sync(() => ({ ...counter })) })
  })
}
