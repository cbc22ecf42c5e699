/**
 * Measurements as OpenTelemetry instruments: one a name, with the unit of its suffix, a description and buckets that fit.
 *
 * Not Effect's metric registry: that one is process-wide, never shrinks and takes text labels only.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes } from "../records/attributes.js"
import type { MetricData } from "../records/SpanData.js"
import { bucketsOf, descriptionOf, unitOf } from "./dialects/units.js"
import { otelAttributes } from "./values.js"

/** Which attributes of a measurement become labels. */
export interface MetricAttributes {
  /** `"drop"` leaves `user_id` off: each value is a series of its own. Default `"keep"`, under the SDK's cardinality limit. */
  readonly userId?: "keep" | "drop"
}

type Record = (value: number, attributes: OtelApi.Attributes) => void

const makeInstrument = (meter: OtelApi.Meter, { instrumentKind, name }: MetricData): Record => {
  const unit = unitOf(name)
  const options = { unit, description: descriptionOf(name) }
  if (instrumentKind === "counter") {
    const counter = meter.createCounter(name, options)
    return (value, attributes) => counter.add(value, attributes)
  }
  const histogram = meter.createHistogram(name, {
    ...options,
    advice: { explicitBucketBoundaries: [...bucketsOf(unit)] }
  })
  return (value, attributes) => histogram.record(value, attributes)
}

const withoutUser = (attributes: Attributes): Attributes => {
  const { user_id: _, ...rest } = attributes
  return rest
}

/** Records measurements with this meter. */
export const recordMetrics = (meter: OtelApi.Meter, options: MetricAttributes): (metric: MetricData) => void => {
  const instruments = new Map<string, Record>()
  return (metric) => {
    let record = instruments.get(metric.name)
    if (record === undefined) {
      record = makeInstrument(meter, metric)
      instruments.set(metric.name, record)
    }
    record(metric.value, otelAttributes(options.userId === "drop" ? withoutUser(metric.attributes) : metric.attributes))
  }
}
