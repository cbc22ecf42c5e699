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
import { buildTelemetry } from "../telemetry/layer.js"
import type { Observer } from "../telemetry/Observer.js"
import { originalSpan } from "../telemetry/OpenSpan.js"
import { Reporter, warn } from "../telemetry/report.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { closing } from "./closing.js"
import { contextManager } from "./contextManager.js"
import { defaultDialects, type DialectName } from "./dialects/dialects.js"
import { finishSpan } from "./finishSpan.js"
import { recordGenaiMetrics } from "./genaiMetrics.js"
import { type MetricAttributes, recordMetrics } from "./instruments.js"
import { otelFactory, OtelLoomSpan } from "./OtelLoomSpan.js"
import { makeSdk, type SdkOptions } from "./sdk.js"
import { ExportCounter, type OTelStats } from "./stats.js"

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
  readonly forceFlush?: () => Promise<void>
  readonly shutdown?: () => Promise<void>
}

/** A meter provider of somebody's own. */
export interface ForeignMeterProvider extends OtelApi.MeterProvider {
  readonly forceFlush?: () => Promise<void>
  readonly shutdown?: () => Promise<void>
}

/** Options of `OTelTelemetry.fromProviders`. */
export interface ProvidersOptions extends ProjectionOptions {
  readonly tracerProvider: ForeignTracerProvider
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

/** The name under which our spans and metrics come (the instrumentation scope). */
const scopeName = "loom-telemetry"

interface Parts extends ProjectionOptions {
  readonly tracer: OtelApi.Tracer
  readonly meter: OtelApi.Meter | undefined
  readonly flush: Effect.Effect<void>
}

const notMade =
  "An OpenTelemetry sink gets no spans, because its tracer does not make them: its provider has no SDK, or another " +
  "OpenTelemetry sink stands before it. To send to several backends, give one sink several span processors"

const observerOf = (parts: Parts): Observer => {
  const dialects = parts.dialects ?? defaultDialects
  const reporter = new Reporter()
  const record = parts.meter && recordMetrics(parts.meter, parts.metricAttributes ?? {})
  const genai = parts.meter === undefined || parts.genaiMetrics === false ? undefined : recordGenaiMetrics(parts.meter)
  return {
    name: "otel",
    onError: "report",
    factory: otelFactory(parts.tracer),
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
    ...(record && {
      onMetric: (metric, around) => {
        genai?.onMetric(metric, around)
        record(metric)
      }
    }),
    flush: parts.flush
  }
}

const provide = (
  parts: Parts,
  stats: Effect.Effect<OTelStats>
): Effect.Effect<Context.Context<Telemetry | OTelTelemetry>, never, Scope.Scope> =>
  Effect.gen(function*() {
    yield* contextManager
    const telemetry = yield* buildTelemetry([observerOf(parts)])
    return Context.make(Telemetry, telemetry).pipe(Context.add(OTelTelemetry, { stats }))
  })

const fromSdk = (options: OTelOptions) =>
  Effect.flatMap(makeSdk(options), ({ flush, meterProvider, stats, tracerProvider }) =>
    provide({
      ...options,
      tracer: tracerProvider.getTracer(scopeName),
      meter: meterProvider?.getMeter(scopeName),
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
      meter: meterProvider?.getMeter(scopeName),
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
        (telemetry) => Context.make(Telemetry, telemetry).pipe(Context.add(OTelTelemetry, { stats: noStats }))
      )
    )
  )
}
