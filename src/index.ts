/**
 * `loom-telemetry`: typed spans and metrics for agents on Effect, one service, every sink a `Layer`.
 */
import "./records/requiresEffect3.js"

export type { AttributeLimits, Attributes, AttributeValue } from "./records/attributes.js"
export { type InstrumentKind, instrumentKind, type MetricRecord } from "./records/MetricRecord.js"
export type { KeyPattern } from "./records/redact/keys.js"
export type { RedactionPlace, Redactor } from "./records/redact/Redactor.js"
export type { ScoreRecord, ScoreSource, ScoreTarget } from "./records/ScoreRecord.js"
export type { Outcome, SpanEvent, SpanLink, SpanRecord, SpanStart } from "./records/SpanRecord.js"
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
export { type Feedback, InvalidFeedback } from "./telemetry/feedback.js"
export type { EffectSinkOptions, QueuedSink, QueuedSinkStats } from "./telemetry/lifecycle/queuedSink.js"
export type { HookResult } from "./telemetry/lifecycle/unawaited.js"
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
export { type SpecLayer, Telemetry } from "./telemetry/Telemetry.js"
export { TelemetryLimits } from "./telemetry/TelemetryLimits.js"
export type {
  AttributesInput,
  Judgement,
  LazyAttributes,
  TelemetryService,
  TelemetrySpanOptions
} from "./telemetry/TelemetryService.js"
export type { ScopedSinkOptions, SinkErrorOptions, TelemetrySink } from "./telemetry/TelemetrySink.js"
