/**
 * Log records: our own data, and the form that the SDK's exporters take.
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
  /** `null` for a record about a whole trace. */
  readonly spanId: string | null
}

/** Receives log records. */
export interface LogTarget {
  readonly emit: (data: LogData) => void
}

/** A log record as the SDK's exporters take it (`ReadableLogRecord` of `@opentelemetry/sdk-logs`). */
export interface LogRecord {
  /** When it happened, in seconds and nanoseconds since the epoch. */
  readonly hrTime: OtelApi.HrTime
  /** The same as `hrTime`. */
  readonly hrTimeObserved: OtelApi.HrTime
  /** The span it belongs to. The span id is empty for a record about a whole trace. */
  readonly spanContext?: OtelApi.SpanContext
  /** The name of the level in Effect, such as `INFO`. */
  readonly severityText?: string
  /** 1 to 24, as in OpenTelemetry's log data model. */
  readonly severityNumber?: number
  /** The message. */
  readonly body?: string
  /** Only events have a name. */
  readonly eventName?: string
  /** The resource, the same as that of the spans. */
  readonly resource: Resource
  /** Names this package. */
  readonly instrumentationScope: { readonly name: string; readonly version?: string }
  /** The attributes, redacted and bounded. */
  readonly attributes: OtelApi.Attributes
  /** Number of attributes dropped beyond the limit, ≥ 0. */
  readonly droppedAttributesCount: number
}

/** An exporter of log records, such as those of `@opentelemetry/sdk-logs`. */
export interface LogExporter extends ItemExporter<LogRecord> {}

/** The span context of a log record. The span id is empty for a record about a whole trace. */
export const spanContextOf = ({ spanId, traceId }: LogData): OtelApi.SpanContext => ({
  traceId,
  spanId: spanId ?? "",
  traceFlags: 1
})
