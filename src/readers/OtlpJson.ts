/**
 * Exports records as JSON requests to an OpenTelemetry receiver: one `ExportTraceServiceRequest` or `ExportMetricsServiceRequest` per line.
 *
 * POST a body to `/v1/traces` or `/v1/metrics` with `content-type: application/json`, or write the lines to a file. Ids are kept, so sending a file twice
 * gives the same spans. Open spans are left out: OTLP has no form for them. Memory is bounded.
 */
import { defaultDialects, type DialectName } from "../dialects/project.js"
import { isClientSpan, projectSpan } from "../dialects/projectSpan.js"
import type { Attributes } from "../records/attributes.js"
import type { DecodedLine } from "../records/wire/decode.js"
import { OtlpMetrics } from "./export/otlpMetrics.js"
import { keyValues } from "./export/otlpValues.js"
import { type OwnedSpan, WaitingSpans } from "./export/owners.js"

/** Options for the requests. */
export interface OtlpOptions {
  /** Attributes of the OTel resource. Default `service.name` = `unknown_service`. */
  readonly resource?: Attributes
  /** The dialects to write. Default all. */
  readonly dialects?: ReadonlyArray<DialectName>
  /** Spans or measurements per request, ≥ 1. Default 512. */
  readonly batch?: number
  /** Spans that may wait for their trace to learn their session and user, ≥ 0. Default 10,000. */
  readonly maxWaiting?: number
}

/** One request. */
export interface OtlpRequest {
  /** The receiver's path: `/v1/traces` or `/v1/metrics`. */
  readonly signal: "traces" | "metrics"
  /** JSON on one line, without a newline. */
  readonly body: string
  /** Number of spans or measurements in it. */
  readonly items: number
}

/** Turns records into requests. */
export interface OtlpExporter {
  /** Adds a record and returns the requests that are full. */
  readonly add: (record: DecodedLine) => ReadonlyArray<OtlpRequest>
  /** Returns the rest. */
  readonly end: () => ReadonlyArray<OtlpRequest>
}

const scope = { name: "loom-telemetry" }

/** An empty exporter. */
export const exporter = (options: OtlpOptions = {}): OtlpExporter => {
  const making = new Requests(options)
  return {
    add: (record) =>
      record.kind === "span"
        ? making.span(record.span)
        : record.kind === "metric"
        ? making.metric(record.metric)
        : [],
    end: () => making.end()
  }
}

/** All requests for these records. */
export function* requests(records: Iterable<DecodedLine>, options?: OtlpOptions): Generator<OtlpRequest, void, void> {
  const { add, end } = exporter(options)
  for (const record of records) {
    yield* add(record)
  }
  yield* end()
}

class Requests {
  private readonly resource: object
  private readonly dialects: ReadonlyArray<DialectName>
  private readonly batch: number
  private readonly waiting: WaitingSpans
  private readonly metrics = new OtlpMetrics()
  private spans: Array<OwnedSpan> = []
  private measurements = 0

  constructor(options: OtlpOptions) {
    this.resource = { attributes: keyValues(options.resource ?? { "service.name": "unknown_service" }) }
    this.dialects = options.dialects ?? defaultDialects
    this.batch = Math.max(1, options.batch ?? 512)
    this.waiting = new WaitingSpans(options.maxWaiting ?? 10_000)
  }

  span(span: OwnedSpan["span"]): ReadonlyArray<OtlpRequest> {
    // One by one: a trace may have more spans than a call may have arguments.
    this.waiting.add(span).forEach((each) => this.spans.push(each))
    return this.fullTraces()
  }

  metric(metric: Parameters<OtlpMetrics["add"]>[0]): ReadonlyArray<OtlpRequest> {
    this.metrics.add(metric)
    this.measurements++
    return this.measurements >= this.batch ? [this.metricsRequest()] : []
  }

  end(): ReadonlyArray<OtlpRequest> {
    this.waiting.end().forEach((each) => this.spans.push(each))
    return [
      ...this.fullTraces(),
      ...(this.spans.length > 0 ? [this.tracesRequest(this.spans.splice(0))] : []),
      ...(this.measurements > 0 ? [this.metricsRequest()] : [])
    ]
  }

  private fullTraces(): ReadonlyArray<OtlpRequest> {
    const out: Array<OtlpRequest> = []
    while (this.spans.length >= this.batch) {
      out.push(this.tracesRequest(this.spans.splice(0, this.batch)))
    }
    return out
  }

  private tracesRequest(spans: ReadonlyArray<OwnedSpan>): OtlpRequest {
    const made = spans.map((span) => otlpSpan(span, this.dialects))
    const request = { resourceSpans: [{ resource: this.resource, scopeSpans: [{ scope, spans: made }] }] }
    return { signal: "traces", body: JSON.stringify(request), items: spans.length }
  }

  private metricsRequest(): OtlpRequest {
    const items = this.measurements
    this.measurements = 0
    const made = this.metrics.take()
    const request = { resourceMetrics: [{ resource: this.resource, scopeMetrics: [{ scope, metrics: made }] }] }
    return { signal: "metrics", body: JSON.stringify(request), items }
  }
}

// SpanKind of opentelemetry-proto.
const internal = 1
const client = 3

// StatusCode of opentelemetry-proto.
const statusError = 2

/** A finished span as a value for `JSON.stringify`, the same that the OpenTelemetry sink sends. */
const otlpSpan = ({ owner, span }: OwnedSpan, dialects: ReadonlyArray<DialectName>): object => {
  const { error, events, recorded, said } = projectSpan(span, owner, dialects)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: isClientSpan(span.name) ? client : internal,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: keyValues({ ...said, ...recorded }),
    events: events.map(({ attributes, name, time }) => ({
      timeUnixNano: String(time),
      name,
      attributes: keyValues(attributes)
    })),
    links: (span.links ?? []).map(({ attributes, spanId, traceId }) => ({
      traceId,
      spanId,
      attributes: keyValues(attributes)
    })),
    status: error === undefined
      ? {}
      : { code: statusError, ...(error.message !== undefined && { message: error.message }) }
  }
}
