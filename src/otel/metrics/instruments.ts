/**
 * Records measurements with OpenTelemetry instruments: one per name, with the unit of its suffix, a description and suitable buckets.
 *
 * Effect's metric registry is not used: it is process-wide, never shrinks and takes only strings as labels.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes } from "../../records/attributes.js"
import { bucketsOf } from "../../records/buckets.js"
import type { MetricData } from "../../records/SpanData.js"
import { descriptionOf, ownNames, unitOf } from "../../records/vocabulary.js"
import { otelAttributes } from "../spans/values.js"
import { CounterSums } from "./counterSums.js"

/** Which attributes of a measurement become labels. */
export interface MetricAttributes {
  /** `"drop"` omits `user_id`, because each user would be a separate series. Default `"keep"`, within the SDK's cardinality limit. */
  readonly userId?: "keep" | "drop"
}

type Take = (value: number, attributes: Attributes) => void

const withoutUser = (attributes: Attributes): Attributes => {
  const { user_id: _, ...rest } = attributes
  return rest
}

const isPlain = (attributes: Attributes): attributes is Readonly<Record<string, string | number | boolean>> => {
  for (const key in attributes) {
    if (typeof attributes[key] === "object") {
      return false
    }
  }
  return true
}

export interface MetricsRecorder {
  readonly record: (metric: MetricData) => void
  /** Reports pending sums; later measurements are reported at once. */
  readonly close: () => void
}

export interface RecorderParts extends MetricAttributes {
  readonly meter: OtelApi.Meter
  /**
   * Whether the SDK was built here: then sums of counters are reported only when it collects. Another SDK may not call back before it collects, or
   * may have views that read the context of each addition.
   */
  readonly isOurSdk: boolean
}

class Instruments {
  private readonly made = new Map<string, Take>()
  private readonly sums: Array<CounterSums> = []
  private stopReporting = () => {}

  constructor(private readonly parts: RecorderParts) {
    if (parts.isOurSdk) {
      this.stopReporting = whenCollected(parts.meter, () => this.sums.forEach((each) => each.report()))
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
    this.stopReporting()
    this.sums.forEach((each) => each.close())
  }

  private labelsOf(attributes: Attributes): OtelApi.Attributes {
    const kept = this.parts.userId === "drop" ? withoutUser(attributes) : attributes
    // Safe to pass without a copy: the SDK does not change them, because it finds a series by them.
    return isPlain(kept) ? kept : otelAttributes(kept)
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

// The instrument only provides the callback: it never observes anything and is never exported.
const whenCollected = (meter: OtelApi.Meter, report: () => void): () => void => {
  const asked = [meter.createObservableCounter(ownNames.collections)]
  meter.addBatchObservableCallback(report, asked)
  return () => meter.removeBatchObservableCallback(report, asked)
}

export const metricsRecorder = (parts: RecorderParts): MetricsRecorder => {
  const instruments = new Instruments(parts)
  return { record: (metric) => instruments.record(metric), close: () => instruments.close() }
}
