/**
 * Measurements as OpenTelemetry instruments: one a name, with the unit of its suffix, a description and buckets that fit.
 *
 * Not Effect's metric registry: that one is process-wide, never shrinks and takes text labels only.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes } from "../records/attributes.js"
import type { MetricData } from "../records/SpanData.js"
import { otelAttributes } from "./values.js"

/** Which attributes of a measurement become labels. */
export interface MetricAttributes {
  /** `"drop"` leaves `user_id` off: each value is a series of its own. Default `"keep"`, under the SDK's cardinality limit. */
  readonly userId?: "keep" | "drop"
}

const descriptions: { readonly [name: string]: string } = {
  "loom.tokens.input": "Input tokens of model calls, cached ones included",
  "loom.tokens.output": "Output tokens of model calls",
  "loom.cost.usd": "Cost of priced model calls",
  "loom.tool.duration_ms": "Duration of tool calls",
  "loom.session.duration_ms": "Duration of agent runs",
  "loom.budget.exceeded": "Runs that a budget ended",
  "loom.auto_extract.duration_ms": "Duration of fact extractions",
  "loom.auto_extract.invocations": "Fact extractions",
  "loom.model.ttft_ms": "Time to the first content of streamed model calls"
}

/** Units in UCUM notation, by the name or its suffix. */
const unitOf = (name: string): string =>
  name.startsWith("loom.tokens.")
    ? "{token}"
    : name.endsWith(".usd")
    ? "{USD}"
    : name.endsWith("_ms")
    ? "ms"
    : name.endsWith("_seconds")
    ? "s"
    : name.endsWith("_bytes")
    ? "By"
    : "1"

/** From a fast tool to a long run. */
const milliseconds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000]
const seconds = milliseconds.map((bound) => bound / 1000)
const bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

const bucketsOf = (unit: string): Array<number> => unit === "ms" ? milliseconds : unit === "s" ? seconds : bytes

type Record = (value: number, attributes: OtelApi.Attributes) => void

const makeInstrument = (meter: OtelApi.Meter, { instrumentKind, name }: MetricData): Record => {
  const unit = unitOf(name)
  const options = { unit, description: descriptions[name] ?? "" }
  if (instrumentKind === "counter") {
    const counter = meter.createCounter(name, options)
    return (value, attributes) => counter.add(value, attributes)
  }
  const histogram = meter.createHistogram(name, {
    ...options,
    advice: { explicitBucketBoundaries: bucketsOf(unit) }
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
