/**
 * Log records: what this package says, and the form in which the SDK's exporters take it.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Resource } from "@opentelemetry/resources"
import type { ItemExporter } from "../delivery/counted.js"

/** Severity numbers of OpenTelemetry's log data model. */
export const severity = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const

/** One log record, redacted and bounded. */
export interface LogData {
  /** Only events have a name. */
  readonly eventName: string | undefined
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  readonly severityNumber: number
  readonly severityText: string | undefined
  readonly body: string | undefined
  readonly attributes: OtelApi.Attributes
  readonly traceId: string
  /** `null` for what is said of a whole trace. */
  readonly spanId: string | null
}

/** Takes log records. */
export interface LogTarget {
  readonly emit: (data: LogData) => void
}

/** A log record as the SDK's exporters take it (`ReadableLogRecord` of `@opentelemetry/sdk-logs`). */
export interface LogRecord {
  /** When it happened. */
  readonly hrTime: OtelApi.HrTime
  /** The same. */
  readonly hrTimeObserved: OtelApi.HrTime
  /** The span that it belongs to. The span id is empty for what is said of a whole trace. */
  readonly spanContext?: OtelApi.SpanContext
  /** The level in Effect's words. */
  readonly severityText?: string
  /** 1 to 24, as in OpenTelemetry's log data model. */
  readonly severityNumber?: number
  /** The message. */
  readonly body?: string
  /** Only events have a name. */
  readonly eventName?: string
  /** That of the spans. */
  readonly resource: Resource
  /** This package. */
  readonly instrumentationScope: { readonly name: string; readonly version?: string }
  /** Redacted and bounded. */
  readonly attributes: OtelApi.Attributes
  /** Attributes above the limit, ≥ 0. */
  readonly droppedAttributesCount: number
}

/** An exporter of log records, such as those of `@opentelemetry/sdk-logs`. */
export interface LogExporter extends ItemExporter<LogRecord> {}

/** Without the trace's span for what is said of the whole trace. */
export const spanContextOf = ({ spanId, traceId }: LogData): OtelApi.SpanContext => ({
  traceId,
  spanId: spanId ?? "",
  traceFlags: 1
})
