/**
 * Spans and metrics to OpenTelemetry: any backend that speaks OTLP, with the ids that the other sinks record.
 *
 * Export is the SDK's: its batch processor, its metric reader, its exporters. What is here is the bridge, what became of the spans, and a release
 * that is bounded. In a fan-out the SDK makes the ids, whatever the position.
 */
import type * as OtelApi from "@opentelemetry/api"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { defaultDialects, type DialectName } from "../dialects/project.js"
import { buildTelemetry } from "../telemetry/layer.js"
import { Reporter, warn } from "../telemetry/lifecycle/report.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { originalSpan } from "../telemetry/tracing/OpenSpan.js"
import { closing } from "./delivery/closing.js"
import { ExportCounter, type OTelStats } from "./delivery/stats.js"
import { recordGenaiMetrics } from "./metrics/genaiMetrics.js"
import { type MetricAttributes, type MetricsRecorder, metricsRecorder } from "./metrics/instruments.js"
import { makeSdk, type SdkOptions } from "./sdk.js"
import { contextManager } from "./spans/contextManager.js"
import { finishSpan } from "./spans/finishSpan.js"
import { otelFactory, OtelLoomSpan, scopeName } from "./spans/OtelLoomSpan.js"

/** How records become OpenTelemetry's. */
export interface ProjectionOptions {
  /** The names under which backends find what they know. Default: all three. */
  readonly dialects?: ReadonlyArray<DialectName>
  /** Which attributes of a measurement become labels. */
  readonly metricAttributes?: MetricAttributes
  /** Whether the metrics of the GenAI semantic conventions are recorded beside ours. Default `true`. */
  readonly genaiMetrics?: boolean
}

/** Options of `OTelTelemetry.layer`. */
export interface OTelOptions extends ProjectionOptions, SdkOptions {}

/** A tracer provider of somebody's own. */
export interface ForeignTracerProvider extends OtelApi.TracerProvider {
  /** Sends what is waiting: called at `Telemetry.flush`, and when the layer closes. */
  readonly forceFlush?: () => Promise<void>
  /** Ends it: called when the layer closes, only with `onClose: "shutdown"`. */
  readonly shutdown?: () => Promise<void>
}

/** A meter provider of somebody's own. */
export interface ForeignMeterProvider extends OtelApi.MeterProvider {
  /** Sends what is waiting: called at `Telemetry.flush`, and when the layer closes. */
  readonly forceFlush?: () => Promise<void>
  /** Ends it: called when the layer closes, only with `onClose: "shutdown"`. */
  readonly shutdown?: () => Promise<void>
}

/** Options of `OTelTelemetry.fromProviders`. */
export interface ProvidersOptions extends ProjectionOptions {
  /** Makes the spans, and with them the ids. */
  readonly tracerProvider: ForeignTracerProvider
  /** Takes the measurements. Default: they are not exported. */
  readonly meterProvider?: ForeignMeterProvider
  /** What is done with the providers when the layer closes. Default `"flush"`: they go on. */
  readonly onClose?: "flush" | "shutdown"
  /** How long flushing, and shutting down, may take. Default 3 seconds each. */
  readonly closeTimeout?: Duration.DurationInput
}

/** What the OpenTelemetry sink tells about itself. */
export interface OTelTelemetryService {
  /** What became of sampled spans; all zero for providers of somebody's own, whose exports are not seen. */
  readonly stats: Effect.Effect<OTelStats>
}

interface Parts extends ProjectionOptions {
  readonly tracer: OtelApi.Tracer
  /** Whether the SDK was built here. */
  readonly isOurSdk: boolean
  readonly meterProvider: OtelApi.MeterProvider | undefined
  readonly flush: Effect.Effect<void>
}

const notMade =
  "An OpenTelemetry sink gets no spans, because its tracer does not make them: its provider has no SDK, or another " +
  "OpenTelemetry sink stands before it. To send to several backends, give one sink several span processors"

const observerOf = (
  parts: Parts,
  meter: OtelApi.Meter | undefined,
  metrics: MetricsRecorder | undefined
): Observer => {
  const dialects = parts.dialects ?? defaultDialects
  const reporter = new Reporter()
  const genai = meter === undefined || parts.genaiMetrics === false ? undefined : recordGenaiMetrics(meter)
  return {
    name: "otel",
    onError: "report",
    factory: otelFactory(parts.tracer, parts.isOurSdk),
    onEnd: (data, open) => {
      genai?.onEnd(data)
      const made = originalSpan(open)
      if (made instanceof OtelLoomSpan && made.tracer === parts.tracer) {
        finishSpan(made, data, dialects)
      } else {
        reporter.once("foreign", notMade)
      }
    },
    ...(genai && { onLeftOut: genai.onEnd }),
    ...(metrics && {
      onMetric: (metric, around) => {
        genai?.onMetric(metric, around)
        metrics.record(metric)
      }
    }),
    flush: parts.flush
  }
}

const metricsOf = ({ isOurSdk, metricAttributes }: Parts, meter: OtelApi.Meter | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() => meter && metricsRecorder({ ...metricAttributes, meter, isOurSdk })),
    (metrics) => Effect.sync(() => metrics?.close())
  )

const provide = (
  parts: Parts,
  stats: Effect.Effect<OTelStats>
): Effect.Effect<Context.Context<Telemetry | OTelTelemetry>, never, Scope.Scope> =>
  Effect.gen(function*() {
    yield* contextManager
    const meter = parts.meterProvider?.getMeter(scopeName)
    const telemetry = yield* buildTelemetry([observerOf(parts, meter, yield* metricsOf(parts, meter))])
    return outputsOf(Telemetry, telemetry).pipe(Context.add(OTelTelemetry, { stats }))
  })

const fromSdk = (options: OTelOptions) =>
  Effect.flatMap(makeSdk(options), ({ flush, meterProvider, stats, tracerProvider }) =>
    provide({
      ...options,
      tracer: tracerProvider.getTracer(scopeName),
      isOurSdk: true,
      meterProvider,
      flush
    }, stats))

const fromForeign = (options: ProvidersOptions) => {
  const { meterProvider, tracerProvider } = options
  const { close, flush } = closing({
    name: "the OpenTelemetry providers",
    flush: [() => tracerProvider.forceFlush?.(), () => meterProvider?.forceFlush?.()],
    shutdown: options.onClose === "shutdown"
      ? [() => tracerProvider.shutdown?.(), () => meterProvider?.shutdown?.()]
      : [],
    timeout: options.closeTimeout
  })
  const closeAndSay = Effect.map(close, (problems) => problems.length > 0 ? warn(problems.join("; ")) : undefined)
  return Effect.zipRight(
    Effect.addFinalizer(() => closeAndSay),
    provide({
      ...options,
      tracer: tracerProvider.getTracer(scopeName),
      isOurSdk: false,
      meterProvider,
      flush
    }, noStats)
  )
}

const noStats = Effect.sync(() => new ExportCounter(() => {}).read())

/** The OpenTelemetry sink. */
export class OTelTelemetry extends Context.Tag("loom-telemetry/OTelTelemetry")<OTelTelemetry, OTelTelemetryService>() {
  /** Builds the SDK, and shuts it down when the layer closes. */
  static readonly layer = (options: OTelOptions = {}): Layer.Layer<Telemetry | OTelTelemetry> =>
    Layer.scopedContext(Effect.suspend(() => fromSdk(options)))

  /**
   * Uses providers that were built elsewhere. They are flushed when the layer closes, and shut down only with `onClose: "shutdown"`.
   */
  static readonly fromProviders = (options: ProvidersOptions): Layer.Layer<Telemetry | OTelTelemetry> =>
    Layer.scopedContext(Effect.suspend(() => fromForeign(options)))

  /** Records nothing. */
  static readonly disabled: Layer.Layer<Telemetry | OTelTelemetry> = Layer.scopedContext(
    Effect.suspend(() =>
      Effect.map(
        buildTelemetry([]),
        (telemetry) => outputsOf(Telemetry, telemetry).pipe(Context.add(OTelTelemetry, { stats: noStats }))
      )
    )
  )
}
