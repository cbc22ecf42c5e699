/**
 * OpenTelemetry for production, configured by the standard `OTEL_*` variables.
 */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler
} from "@opentelemetry/sdk-trace-base"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { makeLayerConfig, makeLayerSpec } from "../config/layerSpec.js"
import { shownPlainly } from "../config/twoLines.js"
import type { SpecLayer, Telemetry } from "../telemetry/Telemetry.js"
import { exportersOf } from "./delivery/exporters.js"
import { type OTelOptions, OTelTelemetry } from "./OTelTelemetry.js"
import { isDisabled, type Settings, settings } from "./settings/settings.js"

const samplers: { readonly [Name in Settings["sampler"]]: (ratio: number) => Sampler } = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
}

const optionsOf = (read: Settings): Effect.Effect<OTelOptions, ConfigError.ConfigError> =>
  Effect.map(exportersOf(read), ({ disconnect, logExporter, metricExporter, spanExporter }) => ({
    resource: {
      // `OTEL_SERVICE_NAME` takes precedence over `OTEL_RESOURCE_ATTRIBUTES`.
      ...(Option.isSome(read.serviceName) && { serviceName: read.serviceName.value }),
      attributes: read.resource
    },
    sampler: samplers[read.sampler](read.samplerRatio),
    spanLimits: read.spanLimits,
    batch: {
      maxQueueSize: read.maxQueueSize,
      maxExportBatchSize: read.maxExportBatchSize,
      scheduleDelay: read.scheduleDelay,
      exportTimeout: read.exportTimeout
    },
    ...(Option.isSome(read.spool) && { spool: { folder: read.spool.value } }),
    ...(Option.isSome(read.semconv) && { semconv: read.semconv.value }),
    metricInterval: read.metricInterval,
    onClosed: disconnect,
    ...(spanExporter && { spanExporter }),
    ...(metricExporter && { metricExporter }),
    ...(logExporter && { logExporter }),
    logBatch: read.logBatch,
    logLimits: read.logLimits,
    effectLogs: read.effectLogs,
    ...(Option.isSome(read.captureContent) && { captureContent: read.captureContent.value })
  }))

/**
 * Sends telemetry to the OTLP receiver configured by the standard `OTEL_*` variables, by default `http://localhost:4318` over HTTP with protobuf.
 * Building the layer fails with a `ConfigError` that names the variable if a value is malformed. With `OTEL_SDK_DISABLED=true` nothing is recorded,
 * regardless of other variables.
 *
 * Also provides the service `OTelTelemetry` with its counters.
 */
export const OTelTelemetryLive: Layer.Layer<Telemetry | OTelTelemetry, ConfigError.ConfigError> = Layer.unwrapEffect(
  Effect.flatMap(isDisabled, (disabled) =>
    disabled
      ? Effect.succeed(OTelTelemetry.disabled)
      : Effect.map(Effect.flatMap(settings, optionsOf), OTelTelemetry.layer)).pipe(Effect.mapError(shownPlainly))
)

/**
 * The same layer as `OTelTelemetryLive`, typed as `Telemetry` only, so that a conditional expression can choose between it and any other sink.
 *
 * @example
 * program.pipe(Effect.provide(isProduction ? OTelLive : ConsoleTelemetry.layer()))
 *
 * @alias
 */
export const OTelLive: Layer.Layer<Telemetry, ConfigError.ConfigError> = OTelTelemetryLive

const more = { otel: OTelLive }

/** The layer named by a string, as in `Telemetry.layerSpec`; also accepts `otel`, which is `OTelLive`. */
export const layerSpec: (spec: string) => SpecLayer = makeLayerSpec(more)

/** The layer named by the config value `LOOM_TELEMETRY`, as in `Telemetry.layerConfig`; also accepts `otel`, which is `OTelLive`. */
export const layerConfig: SpecLayer = makeLayerConfig(more)
