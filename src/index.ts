/**
 * `loom-telemetry`: typed spans and metrics for agents on Effect, one service, every sink a `Layer`.
 */
import "./records/requiresEffect3.js"

export { type SpecLayer } from "./config/layerSpec.js"
export { Telemetry } from "./config/Telemetry.js"
export { type AttributeLimits, type Attributes, type AttributeValue } from "./records/attributes.js"
export { type InstrumentKind, instrumentKind, type MetricRecord } from "./records/MetricRecord.js"
export { type KeyPattern } from "./records/redact/keys.js"
export { type RedactionPlace, type Redactor } from "./records/redact/Redactor.js"
export { type Outcome, type SpanEvent, type SpanLink, type SpanRecord, type SpanStart } from "./records/SpanRecord.js"
export { type SpanNode, spanTree } from "./records/spanTree.js"
export { RecordDecodeError } from "./records/wire/RecordDecodeError.js"
export {
  type ConsoleDropReason,
  type ConsoleOptions,
  type ConsoleStats,
  type ConsoleStream,
  ConsoleTelemetry,
  ConsoleTelemetryLive,
  type ConsoleTelemetryService
} from "./sinks/ConsoleTelemetry.js"
export {
  type DropReason,
  type FileOptions,
  type FileStats,
  FileTelemetry,
  type FileTelemetryService
} from "./sinks/FileTelemetry.js"
export { FilteredTelemetry, type SpanPredicate } from "./sinks/FilteredTelemetry.js"
export {
  type InMemoryOptions,
  type InMemoryStats,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  type InMemoryTelemetryService
} from "./sinks/InMemoryTelemetry.js"
export { type MultiOptions, MultiTelemetry, type SinkLayers } from "./sinks/MultiTelemetry.js"
export { NoTelemetryLive } from "./sinks/NoTelemetry.js"
export {
  type HeadOptions,
  type SampledLayer,
  SampledTelemetry,
  type SampledTelemetryService,
  type SamplingStats,
  type TailOptions
} from "./sinks/SampledTelemetry.js"
export { type OpenErrorReason, TelemetryOpenError } from "./telemetry/errors.js"
export { type EffectSinkOptions, type QueuedSink, type QueuedSinkStats } from "./telemetry/lifecycle/queuedSink.js"
export { type HookResult } from "./telemetry/lifecycle/unawaited.js"
export {
  Loom,
  type MetricConstructor,
  type ModelAttributes,
  type ModelResultAttributes,
  type RunAttributes,
  type RunResultAttributes,
  type SpanConstructor,
  type ToolAttributes,
  type ToolResultAttributes,
  type TurnAttributes,
  type WorkflowAttributes,
  type WorkflowPattern,
  type WorkflowStepAttributes
} from "./telemetry/Loom.js"
export { Redaction, type RedactionOptions } from "./telemetry/Redaction.js"
export { RunContext, type RunContextShape } from "./telemetry/RunContext.js"
export { type AttributesInput, type LazyAttributes, type TelemetryService } from "./telemetry/Service.js"
export { type Telemetry as TelemetryTag } from "./telemetry/Telemetry.js"
export { TelemetryLimits } from "./telemetry/TelemetryLimits.js"
export { type ScopedSinkOptions, type SinkErrorOptions, type TelemetrySink } from "./telemetry/TelemetrySink.js"
