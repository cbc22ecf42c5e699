/**
 * What can be asked of a sampler, and what cannot.
 */
import type * as Duration from "effect/Duration"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { isDuration } from "../../telemetry/isDuration.js"

/** Options of `SampledTelemetry.head`. */
export interface HeadOptions {
  /** The fraction of traces that is kept, 0 to 1. */
  readonly ratio: number
}

/** Options of `SampledTelemetry.tail`: a trace is kept where one of the conditions holds. */
export interface TailOptions {
  /** Traces in which a span failed: outcome `"failure"`, a tool that failed included. Interruption is no failure. Default `true`. */
  readonly errors?: boolean
  /** Traces that took longer, from the start of their first span to the end of their last. */
  readonly slowerThan?: Duration.DurationInput
  /** Traces that cost more, in US dollars: the sum of their `loom.cost.usd` measurements, ≥ 0. */
  readonly dearerThan?: number
  /** Traces that you choose, from the spans that ended, in the order in which they did. One that throws keeps the trace, and is logged once. */
  readonly keep?: (spans: ReadonlyArray<SpanRecord>) => boolean
  /** The fraction of all other traces that is kept, 0 to 1, chosen like those of `head`. Default 0. */
  readonly ratio?: number
  /**
   * How many spans are held while their traces go on, ≥ 1; a measurement counts like a span. When there are more, the oldest trace is decided
   * early: it is kept. Default 100 000.
   */
  readonly maxSpans?: number
}

const isFraction = (value: number): boolean => value >= 0 && value <= 1

const fault = (what: string, value: unknown, remedy: string): string => `${what}, but it is ${String(value)}. ${remedy}`

const ratioFault = (ratio: number): string | undefined =>
  isFraction(ratio)
    ? undefined
    : fault("`ratio` has to be a fraction from 0 to 1", ratio, "Give 0.1 to keep a tenth of the traces, 1 to keep all")

/** What is wrong with the options, in words that say the remedy. */
export const headFault = ({ ratio }: HeadOptions): string | undefined => ratioFault(ratio)

/** What is wrong with the options, in words that say the remedy. */
export const tailFault = ({ dearerThan, maxSpans, ratio, slowerThan }: TailOptions): string | undefined =>
  ratioFault(ratio ?? 0) ??
    (slowerThan === undefined || isDuration(slowerThan)
      ? undefined
      : fault("`slowerThan` has to be a duration", slowerThan, "Give \"5 seconds\", or a number of milliseconds")) ??
    (dearerThan === undefined || dearerThan >= 0
      ? undefined
      : fault("`dearerThan` has to be an amount of US dollars, 0 or more", dearerThan, "Give 0.5 for fifty cents")) ??
    (maxSpans === undefined || maxSpans >= 1
      ? undefined
      : fault("`maxSpans` has to be a number of spans, 1 or more", maxSpans, "Leave it out for 100 000"))
