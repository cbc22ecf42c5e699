/**
 * Batches log records for an exporter, as the SDK's batch processor does; every record is counted.
 *
 * The SDK's processor is not used: it drops records silently, and its interface differs between the supported versions.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Resource } from "@opentelemetry/resources"
import { version } from "../../records/version.js"
import { admits, countedExporter, type ItemExporter, type Watch } from "../delivery/counted.js"
import { scopeName } from "../spans/ownSpans.js"
import { hrTime } from "../spans/values.js"
import { type LogData, type LogExporter, type LogRecord, type LogTarget, spanContextOf } from "./LogRecord.js"

/** Limits on the attributes of a log record. */
export interface LogLimits {
  /** Maximum length of a string, in characters. Default: only the limit of records. */
  readonly attributeValueLengthLimit?: number
  /** Maximum number of attributes. Default 128. */
  readonly attributeCountLimit?: number
}

export interface LogQueueOptions {
  readonly exporter: LogExporter
  readonly watch: Watch<LogRecord>
  readonly resource: Resource
  readonly limits: LogLimits
  /** Maximum number of records waiting or being exported, ≥ 1. */
  readonly capacity: number
  /** Maximum number of records in one export, ≥ 1. */
  readonly batchSize: number
  /** How long a batch waits to fill, in milliseconds. */
  readonly delay: number
}

const scope = { name: scopeName, version }

export class LogQueue implements LogTarget {
  private readonly exporter: ItemExporter<LogRecord>
  private waiting: Array<LogRecord> = []
  private timer: NodeJS.Timeout | undefined = undefined
  private isClosed = false

  constructor(private readonly options: LogQueueOptions) {
    this.exporter = countedExporter(options.exporter, options.watch)
  }

  emit(data: LogData): void {
    const { batchSize, capacity, delay, watch } = this.options
    const record = this.recordOf(data)
    if (!admits(watch, record, { capacity, isClosed: this.isClosed })) {
      return
    }
    if (this.waiting.push(record) >= batchSize) {
      return this.send()
    }
    // The timer must not keep the process alive: waiting records are sent when the process is about to end.
    this.timer ??= setTimeout(() => this.send(), delay).unref()
  }

  /** Failures are counted and logged with the results of exports. */
  async forceFlush(): Promise<void> {
    this.send()
    const { keeper, pending } = this.options.watch
    await keeper?.flush()
    await pending.settled()
    await Promise.allSettled([this.exporter.forceFlush?.()])
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    this.send()
    await this.options.watch.pending.settled()
    await Promise.allSettled([this.exporter.shutdown()])
  }

  private send(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { batchSize } = this.options
    const records = this.waiting
    this.waiting = []
    for (let start = 0; start < records.length; start += batchSize) {
      this.exporter.export(records.slice(start, start + batchSize), () => {})
    }
  }

  private recordOf(data: LogData): LogRecord {
    const { body, eventName, severityNumber, severityText, time } = data
    const { attributes, dropped } = limited(data.attributes, this.options.limits)
    const at = hrTime(time)
    return {
      hrTime: at,
      hrTimeObserved: at,
      spanContext: spanContextOf(data),
      severityNumber,
      ...(severityText !== undefined && { severityText }),
      ...(body !== undefined && { body }),
      ...(eventName !== undefined && { eventName }),
      resource: this.options.resource,
      instrumentationScope: scope,
      attributes,
      droppedAttributesCount: dropped
    }
  }
}

const limited = (
  given: OtelApi.Attributes,
  { attributeCountLimit = 128, attributeValueLengthLimit = Infinity }: LogLimits
): { readonly attributes: OtelApi.Attributes; readonly dropped: number } => {
  const entries = Object.entries(given)
  const kept = entries.slice(0, attributeCountLimit)
  const cut = (value: OtelApi.AttributeValue | undefined): OtelApi.AttributeValue | undefined =>
    typeof value === "string"
      ? value.slice(0, attributeValueLengthLimit)
      : Array.isArray(value)
      ? value.map((each) => typeof each === "string" ? each.slice(0, attributeValueLengthLimit) : each) as Array<string>
      : value
  return {
    attributes: Object.fromEntries(kept.map(([key, value]) => [key, cut(value)])),
    dropped: entries.length - kept.length
  }
}
