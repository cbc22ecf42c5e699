/**
 * `loom-telemetry/promise`: spans and metrics for programs without Effect.
 */
import "../records/requiresEffect3.js"

export type { ScoreTarget } from "../records/ScoreRecord.js"
export { type Feedback, InvalidFeedback } from "../telemetry/feedback.js"
export type { RunContextShape } from "../telemetry/RunContext.js"
export type { Telemetry } from "../telemetry/Telemetry.js"
export type { AttributesInput, Judgement, LazyAttributes, TelemetryService } from "../telemetry/TelemetryService.js"
export type { TraceCarrier } from "../telemetry/tracing/traceContext.js"
export type { AsyncSource } from "./iteration.js"
export { type MakeOptions, makeTelemetry, type SpecError } from "./makeTelemetry.js"
export type { PromiseTelemetry, SpanIds } from "./PromiseTelemetry.js"
