/**
 * Measurements as OTLP JSON: sums and histograms since the last request, which OTLP calls delta temporality.
 *
 * OTLP has no form for the single measurements of a trace file, so those with the same name and attributes become one data point.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { bucketsOf } from "../records/buckets.js"
import type { MetricData } from "../records/SpanData.js"
import { descriptionOf, unitOf } from "../records/vocabulary.js"

/** The scope of everything that this package sends. */
export const ownScope = "loom-telemetry"

/** The `service.name` of a service without a name (OpenTelemetry resource semantic conventions). */
export const unknownService = "unknown_service"

// AggregationTemporality of opentelemetry-proto.
const delta = 1

class Point {
  private count = 0
  private sum = 0
  private min = Infinity
  private max = -Infinity
  private readonly buckets: Array<number>
  private start: bigint
  private end: bigint

  constructor(private readonly attributes: Attributes, private readonly bounds: ReadonlyArray<number>, at: bigint) {
    this.buckets = new Array<number>(bounds.length + 1).fill(0)
    this.start = at
    this.end = at
  }

  add(value: number, at: bigint): void {
    this.count++
    this.sum += value
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
    const bucket = this.bounds.findIndex((bound) => value <= bound)
    this.buckets[bucket === -1 ? this.bounds.length : bucket]!++
    this.start = at < this.start ? at : this.start
    this.end = at > this.end ? at : this.end
  }

  number(): object {
    return { ...this.place(), asDouble: this.sum }
  }

  histogram(): object {
    return {
      ...this.place(),
      count: String(this.count),
      sum: this.sum,
      min: this.min,
      max: this.max,
      explicitBounds: this.bounds,
      bucketCounts: this.buckets.map(String)
    }
  }

  private place(): object {
    return {
      attributes: keyValues(this.attributes),
      startTimeUnixNano: String(this.start),
      timeUnixNano: String(this.end)
    }
  }
}

interface Instrument {
  readonly kind: MetricData["instrumentKind"]
  readonly bounds: ReadonlyArray<number>
  readonly points: Map<string, Point>
}

export class OtlpMetrics {
  private readonly instruments = new Map<string, Instrument>()

  add({ attributes, instrumentKind: kind, name, time, value }: MetricData): void {
    const key = `${kind} ${name}`
    const instrument = this.instruments.get(key) ??
      { kind, bounds: boundsOf(kind, name), points: new Map<string, Point>() }
    this.instruments.set(key, instrument)
    const series = seriesOf(attributes)
    const point = instrument.points.get(series) ?? new Point(attributes, instrument.bounds, time)
    instrument.points.set(series, point)
    point.add(value, time)
  }

  /** Returns the metrics as values for `JSON.stringify`, and starts over. */
  take(): ReadonlyArray<object> {
    const out = [...this.instruments].map(([key, instrument]) => metric(key.slice(key.indexOf(" ") + 1), instrument))
    this.instruments.clear()
    return out
  }
}

const boundsOf = (kind: Instrument["kind"], name: string): ReadonlyArray<number> =>
  kind === "histogram" ? bucketsOf(unitOf(name)) : []

const seriesOf = (attributes: Attributes): string =>
  JSON.stringify(Object.keys(attributes).sort().map((key) => [key, attributes[key]]))

const metric = (name: string, { kind, points }: Instrument): object => {
  const all = [...points.values()]
  return {
    name,
    description: descriptionOf(name),
    unit: unitOf(name),
    ...(kind === "counter"
      ? { sum: { aggregationTemporality: delta, isMonotonic: true, dataPoints: all.map((point) => point.number()) } }
      : { histogram: { aggregationTemporality: delta, dataPoints: all.map((point) => point.histogram()) } })
  }
}

type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: ReadonlyArray<AnyValue> } }

interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

const anyValue = (value: AttributeValue): AnyValue => {
  switch (typeof value) {
    case "string":
      return { stringValue: value }
    case "boolean":
      return { boolValue: value }
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
    default:
      return isUniform(value)
        ? { arrayValue: { values: value.map(anyValue) } }
        : { stringValue: JSON.stringify(value) }
  }
}

const isUniform = (value: AttributeValue & object): value is ReadonlyArray<AttributeValue> =>
  Array.isArray(value) && value.every((item) => typeof item === typeof value[0] && typeof item !== "object")

export const keyValues = (attributes: Attributes): ReadonlyArray<KeyValue> =>
  Object.keys(attributes).map((key) => ({ key, value: anyValue(attributes[key]!) }))
