/**
 * Exports records as JSON requests to an OpenTelemetry receiver: one `ExportTraceServiceRequest`, `ExportMetricsServiceRequest` or
 * `ExportLogsServiceRequest` per line.
 *
 * POST a body to `/v1/traces`, `/v1/metrics` or `/v1/logs` with `content-type: application/json`, or write the lines to a file. Ids are kept, so
 * sending a file twice gives the same spans. Open spans are left out: OTLP has no form for them. A score becomes an event of its span if it was given
 * while the span was open, otherwise a log record. Memory is bounded.
 */
import { type Names, namesOf, type Naming } from "../dialects/project.js"
import { isClientSpan, type Owner, ownerOf, projectSpan } from "../dialects/projectSpan.js"
import type { Attributes } from "../records/attributes.js"
import type { ScoreData } from "../records/ScoreData.js"
import type { SpanData } from "../records/SpanData.js"
import { linkSpans } from "../records/spanTree.js"
import { version } from "../records/version.js"
import type { DecodedLine } from "../records/wire/line.js"
import { keyValues, OtlpMetrics, ownScope, unknownService } from "./otlpMetrics.js"
import { OtlpScores } from "./otlpScores.js"

/** Options for the requests. */
export interface OtlpOptions extends Naming {
  /** Attributes of the OTel resource. Default `service.name` = `unknown_service`. */
  readonly resource?: Attributes
  /** Spans, measurements or scores per request, ≥ 1. Default 512. */
  readonly batch?: number
  /** Spans held until the rest of their trace arrives, to inherit its session and user, ≥ 0. Default 10,000. */
  readonly maxWaiting?: number
}

/** One request. */
export interface OtlpRequest {
  /** The receiver's path: `/v1/traces`, `/v1/metrics` or `/v1/logs`. */
  readonly signal: "traces" | "metrics" | "logs"
  /** JSON on one line, without a newline. */
  readonly body: string
  /** Number of spans, measurements or log records in it. */
  readonly items: number
}

/** Turns records into requests. */
export interface OtlpExporter {
  /** Adds a record and returns the requests that are full. */
  readonly add: (record: DecodedLine) => ReadonlyArray<OtlpRequest>
  /** Returns the rest. */
  readonly end: () => ReadonlyArray<OtlpRequest>
}

const scope = { name: ownScope, version }

/** An empty exporter. */
export const exporter = (options: OtlpOptions = {}): OtlpExporter => {
  const pending = new Requests(options)
  return {
    add: (record) =>
      record.kind === "span"
        ? pending.span(record.span)
        : record.kind === "metric"
        ? pending.metric(record.metric)
        : record.kind === "score"
        ? pending.score(record.score)
        : [],
    end: () => pending.end()
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
  private readonly names: Names
  private readonly batch: number
  private readonly waiting: WaitingSpans
  private readonly metrics = new OtlpMetrics()
  private readonly scores = new OtlpScores()
  private spans: Array<OwnedSpan> = []
  private measurements = 0

  constructor(options: OtlpOptions) {
    this.resource = { attributes: keyValues(options.resource ?? { "service.name": unknownService }) }
    this.names = namesOf(options)
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

  score(score: ScoreData): ReadonlyArray<OtlpRequest> {
    this.scores.add(score)
    return this.fullLogs(this.batch)
  }

  end(): ReadonlyArray<OtlpRequest> {
    this.waiting.end().forEach((each) => this.spans.push(each))
    const traces = [
      ...this.fullTraces(),
      ...(this.spans.length > 0 ? [this.tracesRequest(this.spans.splice(0))] : [])
    ]
    this.scores.end()
    return [...traces, ...(this.measurements > 0 ? [this.metricsRequest()] : []), ...this.fullLogs(1)]
  }

  private fullLogs(least: number): ReadonlyArray<OtlpRequest> {
    const out: Array<OtlpRequest> = []
    while (this.scores.ready >= least) {
      const logRecords = this.scores.take(this.batch)
      const request = { resourceLogs: [{ resource: this.resource, scopeLogs: [{ scope, logRecords }] }] }
      out.push({ signal: "logs", body: JSON.stringify(request), items: logRecords.length })
    }
    return out
  }

  private fullTraces(): ReadonlyArray<OtlpRequest> {
    const out: Array<OtlpRequest> = []
    while (this.spans.length >= this.batch) {
      out.push(this.tracesRequest(this.spans.splice(0, this.batch)))
    }
    return out
  }

  private tracesRequest(spans: ReadonlyArray<OwnedSpan>): OtlpRequest {
    const made = spans.map(({ owner, span }) => otlpSpan({ owner, span: this.scores.onSpan(span) }, this.names))
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

/** A finished span as a value for `JSON.stringify`, with the same content that the OpenTelemetry sink sends. */
const otlpSpan = ({ owner, span }: OwnedSpan, names: Names): object => {
  const { added, error, events, recorded } = projectSpan(span, owner, names)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: isClientSpan(span.name) ? client : internal,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: keyValues({ ...added, ...recorded }),
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

interface OwnedSpan {
  readonly span: SpanData
  readonly owner: Owner
}

/**
 * Spans waiting for the rest of their trace, to inherit session and user from their ancestors: spans of other libraries do not carry them, but
 * backends expect them on every span.
 */
class WaitingSpans {
  private readonly traces = new Map<string, Array<SpanData>>()
  private waiting = 0

  /** Above `maxWaiting` spans, releases the oldest trace as it is. */
  constructor(private readonly maxWaiting: number) {}

  /** Adds a span and returns those that no longer have to wait. */
  add(span: SpanData): ReadonlyArray<OwnedSpan> {
    const spans = this.traces.get(span.traceId) ?? []
    this.traces.set(span.traceId, spans)
    spans.push(span)
    this.waiting++
    const oldest = this.waiting > this.maxWaiting ? this.traces.keys().next().value : undefined
    return span.parentSpanId === null ? this.release(span.traceId) : oldest === undefined ? [] : this.release(oldest)
  }

  end(): ReadonlyArray<OwnedSpan> {
    return [...this.traces.keys()].flatMap((traceId) => this.release(traceId))
  }

  private release(traceId: string): ReadonlyArray<OwnedSpan> {
    const spans = this.traces.get(traceId) ?? []
    this.traces.delete(traceId)
    this.waiting -= spans.length
    return owned(spans)
  }
}

interface OwnedNode extends OwnedSpan {
  owner: Owner
  readonly children: Array<OwnedNode>
}

const noOwner: Owner = { sessionId: undefined, userId: undefined }

/** Each span with its session and user, inherited from its ancestors where it has none. */
const owned = (spans: ReadonlyArray<SpanData>): ReadonlyArray<OwnedSpan> => {
  const nodes = spans.map((span): OwnedNode => ({ span, owner: ownerOf(span, noOwner), children: [] }))
  const stack = linkSpans(nodes, ({ span: { parentSpanId, sequence, spanId, start } }) => ({
    id: spanId,
    parentId: parentSpanId,
    start,
    sequence
  })).map(({ node }) => node)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const child of node.children) {
      child.owner = ownerOf(child.span, node.owner)
      stack.push(child)
    }
  }
  return nodes
}
