/**
 * Writes log records to standard output, one JSON line each, for `OTEL_LOGS_EXPORTER=console`.
 */
import { ExportResultCode } from "@opentelemetry/core"
import { isoFromNanos } from "../../records/instants.js"
import { nanosOf } from "../spans/values.js"
import type { LogExporter, LogRecord } from "./LogRecord.js"

const lineOf = (
  { attributes, body, eventName, hrTime, severityNumber, severityText, spanContext }: LogRecord
): string =>
  JSON.stringify({
    time: isoFromNanos(nanosOf(hrTime)),
    severity: severityText ?? severityNumber,
    event: eventName,
    body,
    trace_id: spanContext?.traceId,
    span_id: spanContext?.spanId,
    attributes
  })

const ignore = (): void => {}

export const consoleLogExporter: LogExporter = {
  export: (records, done) => {
    // If the reader is gone, the stream emits an `error` event, which would end the process.
    process.stdout.on("error", ignore)
    process.stdout.write(records.map((record) => `${lineOf(record)}\n`).join(""), (error) => {
      setImmediate(() => process.stdout.off("error", ignore))
      done(error ? { code: ExportResultCode.FAILED, error } : { code: ExportResultCode.SUCCESS })
    })
  },
  shutdown: () => Promise.resolve()
}
