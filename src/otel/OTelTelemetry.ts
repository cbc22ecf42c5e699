/**
 * Sends spans, metrics and scores to OpenTelemetry, with the ids that the other sinks record.
 *
 * The SDK exports with its own batch processor, metric reader and exporters. This module is the bridge; it adds counters and a release in bounded
 * time. If there are other sinks, in any order, the SDK still creates the ids.
 */
import type * as OtelApi from "@opentelemetry/api"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { errorType } from "../dialects/Dialect.js"
import { namesOf, type Naming, versionsOf } from "../dialects/project.js"
import type { Owner } from "../dialects/projectSpan.js"
import type { ScoreData } from "../records/ScoreData.js"
import type { SpanData } from "../records/SpanData.js"
import { version } from "../records/version.js"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Reporter, type Warn, warn } from "../telemetry/report.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { originalSpan } from "../telemetry/tracing/OpenSpan.js"
import { closing } from "./delivery/closing.js"
import { beforeNaturalEnd } from "./delivery/naturalEnd.js"
import { ExportCounter, type OTelStats, say } from "./delivery/stats.js"
import { type ForeignLoggerProvider, foreignLogs } from "./logs/foreignLogs.js"
import { type ContentCapture, contentEvent, messageLogs, scoreEvent, withoutContent } from "./logs/logEvents.js"
import type { LogTarget } from "./logs/LogRecord.js"
import { recordGenaiMetrics } from "./metrics/genaiMetrics.js"
import { type MetricAttributes, type MetricsRecorder, metricsRecorder } from "./metrics/instruments.js"
import { makeSdk, type SdkOptions } from "./sdk.js"
import { contextManager } from "./spans/contextManager.js"
import { fiberContexts } from "./spans/fiberContexts.js"
import { finishSpan } from "./spans/finishSpan.js"
import { otelFactory } from "./spans/otelFactory.js"
import { OtelLoomSpan } from "./spans/OtelLoomSpan.js"
import { scopeName } from "./spans/ownSpans.js"
import { sendScore } from "./spans/scoreEvents.js"

/** How records are projected to OpenTelemetry. */
export interface ProjectionOptions extends Naming {
  /** Which attributes of a measurement become labels. */
  readonly metricAttributes?: MetricAttributes
  /** Whether to record the metrics of the GenAI semantic conventions as well. Default `true`. */
  readonly genaiMetrics?: boolean
  /**
   * The default for the agents' `captureContent`, and where content is sent: as span attributes, as log records
   * (`gen_ai.client.inference.operation.details`), or both. Default: content is not captured; if an agent captures it, it is sent on spans.
   */
  readonly captureContent?: ContentCapture
  /** Whether messages logged inside spans (`Effect.log`) are also sent as log records when their span ends. Default `false`. */
  readonly effectLogs?: boolean
}

/** Options of `OTelTelemetry.layer`. */
export interface OTelOptions extends ProjectionOptions, SdkOptions {}

/** A tracer provider that the caller built. */
export interface ForeignTracerProvider extends OtelApi.TracerProvider {
  /** Called by `Telemetry.flush`, and when the layer closes. */
  readonly forceFlush?: () => Promise<void>
  /** Called when the layer closes with `onClose: "shutdown"`. */
  readonly shutdown?: () => Promise<void>
}

/** A meter provider that the caller built. */
export interface ForeignMeterProvider extends OtelApi.MeterProvider {
  /** Called by `Telemetry.flush`, and when the layer closes. */
  readonly forceFlush?: () => Promise<void>
  /** Called when the layer closes with `onClose: "shutdown"`. */
  readonly shutdown?: () => Promise<void>
}

/** Options of `OTelTelemetry.fromProviders`. */
export interface ProvidersOptions extends ProjectionOptions {
  /** Creates the spans and their ids. */
  readonly tracerProvider: ForeignTracerProvider
  /** Receives the measurements. Without it, they are not exported. */
  readonly meterProvider?: ForeignMeterProvider
  /** Receives log records: content, late scores and, with `effectLogs`, log messages. Without it, they are not exported. */
  readonly loggerProvider?: ForeignLoggerProvider
  /** What to do with the providers when the layer closes. Default `"flush"`: they stay open. */
  readonly onClose?: "flush" | "shutdown"
  /** How long flushing, and shutting down, may take. Default 3 seconds each. */
  readonly closeTimeout?: Duration.DurationInput
}

/** The state of the OpenTelemetry sink. */
export interface OTelTelemetryService {
  /** Counts of sampled spans and log records. With `fromProviders`, whose exports are not visible here, only dropped scores are counted. */
  readonly stats: Effect.Effect<OTelStats>
}

interface Parts extends ProjectionOptions {
  readonly tracer: OtelApi.Tracer
  /** Whether the SDK was built here. */
  readonly isOurSdk: boolean
  /** Whether a sampler or a processor may read the attributes and links that spans open with. */
  readonly readsOpening: boolean
  readonly meterProvider: OtelApi.MeterProvider | undefined
  readonly flush: Effect.Effect<void>
  /** Counts the scores that cannot be sent. */
  readonly counter: ExportCounter
  readonly stats: () => OTelStats
  readonly logs: LogTarget | undefined
}

const notMade =
  "An OpenTelemetry sink receives no spans, because another tracer creates them: its provider has no SDK, or another " +
  "OpenTelemetry sink comes before it. To export to several backends, configure one sink with several span processors"

const observerOf = (
  parts: Parts,
  meter: OtelApi.Meter | undefined,
  metrics: MetricsRecorder | undefined
): Observer => {
  const names = namesOf(parts)
  const reporter = new Reporter()
  const { captureContent, logs } = parts
  const late = (score: ScoreData) => logs === undefined ? parts.counter.dropScore() : logs.emit(scoreEvent(score))
  const routes = { tracer: parts.tracer, late }
  const shownOf = captureContent === "EVENT_ONLY" ? withoutContent : identity
  const logSpan = logs && spanLogger(parts, logs)
  const genai = meter === undefined || parts.genaiMetrics === false
    ? undefined
    : recordGenaiMetrics(meter, versionsOf(parts))
  return {
    name: "otel",
    onError: "report",
    capturesContent: captureContent !== undefined && captureContent !== "NO_CONTENT",
    factory: otelFactory(parts),
    onEnd: (data, open) => {
      const error = errorType(data)
      genai?.onEnd(data, error)
      const span = originalSpan(open)
      if (span instanceof OtelLoomSpan && span.maker.tracer === parts.tracer) {
        finishSpan(span, data, error, names, shownOf)
        if (span.sampled) {
          logSpan?.(data, span, error)
        }
      } else if (!("isNeverExported" in span)) {
        reporter.once("foreign", notMade)
      }
    },
    ...(genai && { onLeftOut: (data) => genai.onEnd(data, errorType(data)) }),
    ...(metrics && {
      onMetric: (metric, around) => {
        genai?.onMetric(metric, around)
        metrics.record(metric)
      }
    }),
    onScore: (score, around) => sendScore(routes, score, around),
    flush: parts.flush
  }
}

/** Sends the content and the log messages of a finished span as log records. */
const spanLogger = (parts: Parts, logs: LogTarget) => {
  const names = namesOf({ dialects: ["genai"], semconv: versionsOf(parts) })
  const hasEvents = parts.captureContent === "EVENT_ONLY" || parts.captureContent === "SPAN_AND_EVENT"
  return (data: SpanData, owner: Owner, error: string | undefined): void => {
    const content = hasEvents ? contentEvent(data, owner, error, names) : undefined
    if (content !== undefined) {
      logs.emit(content)
    }
    if (parts.effectLogs === true) {
      messageLogs(data).forEach((each) => logs.emit(each))
    }
  }
}

const metricsOf = ({ isOurSdk, metricAttributes }: Parts, meter: OtelApi.Meter | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() => meter && metricsRecorder({ ...metricAttributes, meter, isOurSdk })),
    (metrics) => Effect.sync(() => metrics?.close())
  )

const provide = (parts: Parts): Effect.Effect<Context.Context<Telemetry | OTelTelemetry>, never, Scope.Scope> =>
  Effect.gen(function*() {
    yield* contextManager
    yield* fiberContexts
    const meter = parts.meterProvider?.getMeter(scopeName, version)
    const telemetry = yield* buildTelemetry([observerOf(parts, meter, yield* metricsOf(parts, meter))])
    return outputsOf(Telemetry, telemetry).pipe(
      Context.add(OTelTelemetry, { stats: Effect.sync(parts.stats) })
    )
  })

const fromSdk = (options: OTelOptions) =>
  Effect.flatMap(
    makeSdk(options),
    ({ counter, flush, logs, meterProvider, readsOpening, stats, tracerProvider }) =>
      provide({
        ...options,
        tracer: tracerProvider.getTracer(scopeName, version),
        isOurSdk: true,
        readsOpening,
        meterProvider,
        flush,
        counter,
        stats,
        logs
      })
  )

const fromForeign = (options: ProvidersOptions) => {
  const { loggerProvider, meterProvider, tracerProvider } = options
  const providers = [tracerProvider, meterProvider, loggerProvider]
  const { close, flush, flushWithin } = closing({
    name: "the OpenTelemetry providers",
    flush: providers.map((each) => () => each?.forceFlush?.()),
    shutdown: options.onClose === "shutdown" ? providers.map((each) => () => each?.shutdown?.()) : [],
    timeout: options.closeTimeout
  })
  const ending = (problems: Effect.Effect<ReadonlyArray<string>>, log: Warn) =>
    Effect.map(problems, (all) => all.length > 0 ? log(all.join("; ")) : undefined)
  return Effect.addFinalizer(() => ending(close, warn)).pipe(
    Effect.zipRight(say),
    Effect.tap((warnHere) => beforeNaturalEnd(ending(flushWithin, warnHere), () => 0)),
    Effect.flatMap((warnHere) => {
      const counter = new ExportCounter(warnHere)
      return provide({
        ...options,
        tracer: tracerProvider.getTracer(scopeName, version),
        isOurSdk: false,
        readsOpening: true,
        meterProvider,
        flush,
        counter,
        stats: () => counter.read(),
        logs: loggerProvider && foreignLogs(loggerProvider)
      })
    })
  )
}

const noStats = Effect.sync(() => new ExportCounter(() => {}).read())

/** The OpenTelemetry sink. */
export class OTelTelemetry extends Context.Tag("loom-telemetry/OTelTelemetry")<OTelTelemetry, OTelTelemetryService>() {
  /** Builds the SDK and shuts it down when the layer closes. */
  static readonly layer = (options: OTelOptions = {}): Layer.Layer<Telemetry | OTelTelemetry> =>
    Layer.scopedContext(Effect.suspend(() => fromSdk(options)))

  /** Uses providers that you built. They are flushed when the layer closes, and shut down only with `onClose: "shutdown"`. */
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
