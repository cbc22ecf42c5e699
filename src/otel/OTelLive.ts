/**
 * OpenTelemetry as its standard variables describe it: the one line for production.
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
import { shownPlainly } from "../config/twoLines.js"
import type { Telemetry } from "../telemetry/Telemetry.js"
import { exportersOf } from "./delivery/exporters.js"
import { type OTelOptions, OTelTelemetry } from "./OTelTelemetry.js"
import { isDisabled, type Settings, settings } from "./settings/settings.js"

const samplerOf = ({ sampler, samplerRatio }: Settings): Sampler => {
  const ratio = () => new TraceIdRatioBasedSampler(samplerRatio)
  switch (sampler) {
    case "always_on":
      return new AlwaysOnSampler()
    case "always_off":
      return new AlwaysOffSampler()
    case "traceidratio":
      return ratio()
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: ratio() })
  }
}

const optionsOf = (read: Settings): Effect.Effect<OTelOptions, ConfigError.ConfigError> =>
  Effect.map(exportersOf(read), ({ disconnect, metricExporter, spanExporter }) => ({
    resource: {
      // The name of its own variable goes before the one among the attributes.
      ...Option.match(read.serviceName, { onNone: () => ({}), onSome: (serviceName) => ({ serviceName }) }),
      attributes: read.resource
    },
    sampler: samplerOf(read),
    spanLimits: {
      ...Option.match(read.valueLength, {
        onNone: () => ({}),
        onSome: (attributeValueLengthLimit) => ({ attributeValueLengthLimit })
      }),
      ...Option.match(read.attributeCount, {
        onNone: () => ({}),
        onSome: (attributeCountLimit) => ({ attributeCountLimit })
      })
    },
    batch: {
      maxQueueSize: read.maxQueueSize,
      maxExportBatchSize: read.maxExportBatchSize,
      scheduleDelay: read.scheduleDelay,
      exportTimeout: read.exportTimeout
    },
    metricInterval: read.metricInterval,
    onClosed: disconnect,
    ...(spanExporter && { spanExporter }),
    ...(metricExporter && { metricExporter })
  }))

/**
 * Telemetry to the OTLP receiver that the standard `OTEL_*` variables name, by default `http://localhost:4318` over HTTP with protobuf. A malformed
 * value is a `ConfigError` that names the variable. With `OTEL_SDK_DISABLED=true` nothing is recorded, whatever the others say.
 */
export const OTelLive: Layer.Layer<Telemetry | OTelTelemetry, ConfigError.ConfigError> = Layer.unwrapEffect(
  Effect.flatMap(isDisabled, (disabled) =>
    disabled
      ? Effect.succeed(OTelTelemetry.disabled)
      : Effect.map(Effect.flatMap(settings, optionsOf), OTelTelemetry.layer)).pipe(Effect.mapError(shownPlainly))
)
