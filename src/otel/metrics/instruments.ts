/**
 * Measurements as OpenTelemetry instruments: one a name, with the unit of its suffix, a description and buckets that fit.
 *
 * Not Effect's metric registry: that one is process-wide, never shrinks and takes text labels only.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes } from "../../records/attributes.js"
import type { MetricData } from "../../records/SpanData.js"
import { bucketsOf, descriptionOf, ownNames, unitOf } from "../../records/vocabulary.js"
import { otelAttributes } from "../spans/values.js"
import { CounterSums } from "./counterSums.js"

/** Which attributes of a measurement become labels. */
export interface MetricAttributes {
  /** `"drop"` leaves `user_id` off: each value is a series of its own. Default `"keep"`, under the SDK's cardinality limit. */
  readonly userId?: "keep" | "drop"
}

type Take = (value: number, attributes: Attributes) => void

const withoutUser = (attributes: Attributes): Attributes => {
  const { user_id: _, ...rest } = attributes
  return rest
}

/** Takes measurements to instruments. */
export interface MetricsRecorder {
  readonly record: (metric: MetricData) => void
  /** Tells the SDK what was held back; what comes after is told at once. */
  readonly close: () => void
}

/** What a recorder is made of. */
export interface RecorderParts extends MetricAttributes {
  readonly meter: OtelApi.Meter
  /**
   * Whether the SDK was built here: then sums of counters are told only when it collects. Somebody else's may not ask, or may have views that read
   * the context of each addition.
   */
  readonly isOurSdk: boolean
}

/** The instruments of one meter. */
class Instruments {
  private readonly made = new Map<string, Take>()
  private readonly sums: Array<CounterSums> = []
  private stopAsking = () => {}

  constructor(private readonly parts: RecorderParts) {
    if (parts.isOurSdk) {
      this.stopAsking = whenCollected(parts.meter, () => this.sums.forEach((each) => each.tell()))
    }
  }

  record({ attributes, instrumentKind, name, value }: MetricData): void {
    let take = this.made.get(name)
    if (take === undefined) {
      take = instrumentKind === "counter" ? this.counter(name) : this.histogram(name)
      this.made.set(name, take)
    }
    take(value, attributes)
  }

  close(): void {
    this.stopAsking()
    this.sums.forEach((each) => each.close())
  }

  private labelsOf(attributes: Attributes): OtelApi.Attributes {
    return otelAttributes(this.parts.userId === "drop" ? withoutUser(attributes) : attributes)
  }

  private counter(name: string): Take {
    const counter = this.parts.meter.createCounter(name, { unit: unitOf(name), description: descriptionOf(name) })
    const labelsOf = (attributes: Attributes) => this.labelsOf(attributes)
    if (!this.parts.isOurSdk) {
      return (value, attributes) => counter.add(value, labelsOf(attributes))
    }
    const sums = new CounterSums(counter, labelsOf, this.parts.userId === "drop" ? "user_id" : undefined)
    this.sums.push(sums)
    return (value, attributes) => sums.add(value, attributes)
  }

  private histogram(name: string): Take {
    const unit = unitOf(name)
    const histogram = this.parts.meter.createHistogram(name, {
      unit,
      description: descriptionOf(name),
      advice: { explicitBucketBoundaries: [...bucketsOf(unit)] }
    })
    return (value, attributes) => histogram.record(value, this.labelsOf(attributes))
  }
}

// The instrument only carries the question: nothing is ever observed with it, so that it is in no export.
const whenCollected = (meter: OtelApi.Meter, tell: () => void): () => void => {
  const asked = [meter.createObservableCounter(ownNames.collections)]
  meter.addBatchObservableCallback(tell, asked)
  return () => meter.removeBatchObservableCallback(tell, asked)
}

/** Records measurements with a meter. */
export const metricsRecorder = (parts: RecorderParts): MetricsRecorder => {
  const instruments = new Instruments(parts)
  return { record: (metric) => instruments.record(metric), close: () => instruments.close() }
}
