/**
 * The metrics of the GenAI semantic conventions, recorded from finished spans, sampled or not.
 */
import type * as OtelApi from "@opentelemetry/api"
import { textOf } from "../../dialects/Dialect.js"
import type { Measured, MetricRow, SemconvVersion } from "../../dialects/genai/Convention.js"
import { conventions } from "../../dialects/genai/genai.js"
import { callLabels } from "../../dialects/genai/values.js"
import type { Attributes } from "../../records/attributes.js"
import { durationOf, type MetricData, type SpanData } from "../../records/SpanData.js"
import { metrics, roleOf, type SpanRole } from "../../records/vocabulary.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

const labels = (pairs: ReturnType<MetricRow["labels"]>): OtelApi.Attributes =>
  Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== undefined)) as OtelApi.Attributes

/**
 * `error.type` of a measurement. The conventions omit it only for successful operations, so an interrupted one has it. On spans, an attribute of our
 * own marks an interruption, because nothing failed.
 */
const endOf = ({ outcome }: SpanData, errorType: string | undefined): string | undefined =>
  outcome === "interrupted" ? "interrupted" : errorType

export interface GenaiMetrics {
  readonly onEnd: (span: SpanData, errorType: string | undefined) => void
  readonly onMetric: (metric: MetricData, around: OpenSpan | undefined) => void
}

/** The label for all tools that a model made up, because each name would be a separate series. */
const unknown = "_unknown"

/** Tracks spans of tools that a model made up. The span has the name used by the model; the measurement inside it has `_unknown`. */
class UnknownTools {
  private readonly spans = new Set<string>()

  onMetric({ attributes, name, spanId: recorded }: MetricData, around: OpenSpan | undefined): void {
    // If a filter drops the span, the measurement names another one.
    const spanId = around?.spanId ?? recorded
    if (name === metrics.toolDurationMs.name && attributes["tool"] === unknown && spanId !== undefined) {
      this.spans.add(spanId)
    }
  }

  labelOf(span: SpanData): string | undefined {
    return this.spans.delete(span.spanId) ? unknown : textOf(span.attributes, "tool")
  }
}

const measured = (span: SpanData, role: SpanRole, ending: string | undefined, tools: UnknownTools): Measured => ({
  attributes: span.attributes,
  duration: durationOf(span) / 1000,
  ending,
  call: role === "model" ? callLabels(span.attributes) : noLabels,
  tool: role === "tool" ? tools.labelOf(span) : undefined
})

const noLabels: Attributes = {}

type Take = (span: Measured) => void

type Add = (value: number, attributes: OtelApi.Attributes) => void

const roles: ReadonlyArray<SpanRole> = ["run", "turn", "model", "tool", "workflow", "step"]

const rowsOf = (version: SemconvVersion, role: SpanRole): ReadonlyArray<MetricRow> =>
  conventions[version].metrics[role] ?? []

/** The metrics for a kind of span. A metric defined in several versions is recorded once, as in the first. */
const rowsFor = (role: SpanRole, versions: ReadonlyArray<SemconvVersion>): ReadonlyArray<MetricRow> =>
  versions.flatMap((version, index) => {
    const earlier = new Set(versions.slice(0, index).flatMap((each) => rowsOf(each, role)).map(({ name }) => name))
    return rowsOf(version, role).filter(({ name }) => !earlier.has(name))
  })

const takesOf = (meter: OtelApi.Meter, versions: ReadonlyArray<SemconvVersion>): Map<SpanRole, Array<Take>> => {
  const instruments = new Map<string, Add>()
  const addOf = (row: MetricRow): Add => {
    const add = instruments.get(row.name) ?? instrumentOf(meter, row)
    instruments.set(row.name, add)
    return add
  }
  return new Map(roles.map((role) => [role, rowsFor(role, versions).map((row) => takeOf(row, addOf(row)))]))
}

const instrumentOf = (meter: OtelApi.Meter, { buckets, description, instrument, name, unit }: MetricRow): Add => {
  if (instrument === "counter") {
    const counter = meter.createCounter(name, { unit, description })
    return (value, attributes) => counter.add(value, attributes)
  }
  const histogram = meter.createHistogram(name, {
    unit,
    description,
    ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } })
  })
  return (value, attributes) => histogram.record(value, attributes)
}

const takeOf = (row: MetricRow, add: Add): Take => (span) => {
  const value = row.value(span)
  if (value !== undefined) {
    add(value, labels(row.labels(span)))
  }
}

export const recordGenaiMetrics = (meter: OtelApi.Meter, versions: ReadonlyArray<SemconvVersion>): GenaiMetrics => {
  const unknownTools = new UnknownTools()
  const takes = takesOf(meter, versions)
  const onEnd = (span: SpanData, errorType: string | undefined): void => {
    const role = roleOf(span.name)
    const all = role === undefined ? [] : takes.get(role)!
    if (role !== undefined && all.length > 0) {
      const values = measured(span, role, endOf(span, errorType), unknownTools)
      all.forEach((take) => take(values))
    }
  }
  return { onEnd, onMetric: (metric, around) => unknownTools.onMetric(metric, around) }
}
