/**
 * Parses log records for an exporter from a line of OTLP/JSON, as the SDK's serializer wrote it (opentelemetry-proto v1.9, `logs.proto`).
 */
import type { LogRecord } from "../../logs/LogRecord.js"
import {
  type Around,
  attributesOf,
  contextOf,
  countAt,
  itemsIn,
  type Json,
  objectAt,
  textAt,
  timeAt
} from "./otlpJson.js"

const logOf = (log: Json, around: Around): LogRecord => {
  const severityText = textAt(log, "severityText")
  const body = textAt(objectAt(log, "body"), "stringValue")
  const eventName = textAt(log, "eventName")
  return {
    ...around,
    hrTime: timeAt(log, "timeUnixNano"),
    hrTimeObserved: timeAt(log, "observedTimeUnixNano"),
    spanContext: contextOf(log),
    severityNumber: countAt(log, "severityNumber"),
    ...(severityText !== "" && { severityText }),
    ...(body !== "" && { body }),
    ...(eventName !== "" && { eventName }),
    attributes: attributesOf(log),
    droppedAttributesCount: countAt(log, "droppedAttributesCount")
  }
}

/** The log records in a line; `undefined` if there are none. */
export const reviveLogs = (line: string): Array<LogRecord> | undefined =>
  itemsIn(line, ["resourceLogs", "scopeLogs", "logRecords"], logOf)
