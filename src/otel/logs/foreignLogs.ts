/**
 * Sends log records to a logger provider that the caller built.
 */
import * as OtelApi from "@opentelemetry/api"
import { version } from "../../records/version.js"
import { scopeName } from "../spans/ownSpans.js"
import { hrTime } from "../spans/values.js"
import { type LogTarget, spanContextOf } from "./LogRecord.js"

/** A log record as a logger of `@opentelemetry/api-logs` takes it. */
export interface EmittedLog {
  /** Only events have a name. */
  readonly eventName?: string
  /** When it happened, in seconds and nanoseconds since the epoch. */
  readonly timestamp: OtelApi.HrTime
  /** 1 to 24, as in OpenTelemetry's log data model. */
  readonly severityNumber: number
  /** The name of the level in Effect, such as `INFO`. */
  readonly severityText?: string
  /** The message. */
  readonly body?: string
  /** The attributes, redacted and bounded. */
  readonly attributes: OtelApi.Attributes
  /** The OpenTelemetry context with the span it belongs to. */
  readonly context: OtelApi.Context
}

/** A logger provider that the caller built. */
export interface ForeignLoggerProvider {
  /** Called once. */
  getLogger(name: string, version?: string): { emit(record: EmittedLog): void }
  /** Called by `Telemetry.flush`, and when the layer closes. */
  forceFlush?(): Promise<void>
  /** Called when the layer closes with `onClose: "shutdown"`. */
  shutdown?(): Promise<void>
}

export const foreignLogs = (provider: ForeignLoggerProvider): LogTarget => {
  const logger = provider.getLogger(scopeName, version)
  return {
    emit: (data) => {
      const { attributes, body, eventName, severityNumber, severityText, time } = data
      logger.emit({
        timestamp: hrTime(time),
        severityNumber,
        attributes,
        context: OtelApi.trace.setSpanContext(OtelApi.ROOT_CONTEXT, spanContextOf(data)),
        ...(severityText !== undefined && { severityText }),
        ...(body !== undefined && { body }),
        ...(eventName !== undefined && { eventName })
      })
    }
  }
}
