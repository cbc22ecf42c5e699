/**
 * Records kept by trace, and made into trees when somebody asks.
 */
import type { MetricData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import type { DecodedLine } from "../../records/wire/decode.js"
import type { DroppedRecord } from "../../records/wire/encode.js"
import type { BadEntry } from "../TraceEntry.js"
import { plant, type TraceRecords } from "./plant.js"
import type { TraceForest } from "./TraceNode.js"

/** Lines without a record that are kept to be shown. */
const shownBad = 100

/** Keeps records. */
export class Grower {
  private readonly traces = new Map<string, MutableRecords>()
  private readonly metrics: Array<MetricData> = []
  private readonly dropped: Array<DroppedRecord> = []
  private droppedTotal = 0
  private readonly badShown: Array<BadEntry> = []
  private badTotal = 0

  record(record: DecodedLine): void {
    switch (record.kind) {
      case "span":
        return this.span(record.span)
      case "span_start":
        return this.start(record.span)
      case "metric":
        return this.metric(record.metric)
      case "dropped":
        this.dropped.push(record.dropped)
        this.droppedTotal += record.dropped.count
        return
    }
  }

  bad(entry: BadEntry): void {
    this.badTotal++
    if (this.badShown.length < shownBad) {
      this.badShown.push(entry)
    }
  }

  forest(): TraceForest {
    const traces = [...this.traces].map(([traceId, records]) => plant(traceId, records))
    return {
      traces: traces.sort((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0),
      metrics: [...this.metrics],
      dropped: [...this.dropped],
      droppedTotal: this.droppedTotal,
      bad: [...this.badShown],
      badTotal: this.badTotal
    }
  }

  private span(span: SpanData): void {
    const { again, ended } = this.trace(span.traceId)
    if (ended.has(span.spanId)) {
      again.push(span)
    } else {
      ended.set(span.spanId, span)
    }
  }

  private start(span: OpenSpanData): void {
    const { opened } = this.trace(span.traceId)
    if (!opened.has(span.spanId)) {
      opened.set(span.spanId, span)
    }
  }

  private metric(metric: MetricData): void {
    const into = metric.traceId === undefined ? this.metrics : this.trace(metric.traceId).metrics
    into.push(metric)
  }

  private trace(traceId: string): MutableRecords {
    let records = this.traces.get(traceId)
    if (records === undefined) {
      records = { ended: new Map(), again: [], opened: new Map(), metrics: [] }
      this.traces.set(traceId, records)
    }
    return records
  }
}

interface MutableRecords extends TraceRecords {
  readonly ended: Map<string, SpanData>
  readonly again: Array<SpanData>
  readonly opened: Map<string, OpenSpanData>
  readonly metrics: Array<MetricData>
}
