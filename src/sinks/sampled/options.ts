/**
 * The options of a sampler, what is wrong with them, and its counters.
 */
import type * as Duration from "effect/Duration"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { isDuration } from "../../telemetry/isDuration.js"

/** Options of `SampledTelemetry.head`. */
export interface HeadOptions {
  /** The fraction of traces that is kept, 0 to 1. */
  readonly ratio: number
}

/** Options of `SampledTelemetry.tail`: a trace is kept if one of the conditions holds. */
export interface TailOptions {
  /** Traces in which a span failed: outcome `"failure"`, including failed tools. Interruption is not a failure. Default `true`. */
  readonly errors?: boolean
  /** Traces that took longer, from the start of their first span to the end of their last. */
  readonly slowerThan?: Duration.DurationInput
  /** Traces that cost more, in US dollars: the sum of their `loom.cost.usd` measurements, ≥ 0. */
  readonly costlierThan?: number
  /** Traces that you choose by their ended spans, in the order in which they ended. If it throws, the trace is kept; logged once. */
  readonly keep?: (spans: ReadonlyArray<SpanRecord>) => boolean
  /** The fraction of all other traces that is kept, 0 to 1, chosen like those of `head`. Default 0. */
  readonly ratio?: number
  /**
   * How many spans are held while their traces are running, ≥ 1; a measurement or a score counts like a span. Beyond that the oldest trace is kept
   * without waiting for its end. Default 100 000.
   */
  readonly maxSpans?: number
}

/** Ended spans and scores: `kept + dropped + held` is what the sampler received. */
export interface SamplingStats {
  /** Spans and scores passed on to the sink, ≥ 0. */
  readonly kept: number
  /** Spans and scores of traces that were left out, ≥ 0. */
  readonly dropped: number
  /** Traces kept before they ended because too many spans were held, ≥ 0. */
  readonly decidedEarly: number
  /** Spans and scores waiting for their trace to end, ≥ 0. */
  readonly held: number
}

/** The counters behind `SamplingStats`. */
export type SamplingCounter = { -readonly [Count in keyof SamplingStats]: number }

/** Counters at zero. */
export const samplingCounter = (): SamplingCounter => ({ kept: 0, dropped: 0, decidedEarly: 0, held: 0 })

const problem = (what: string, value: unknown, remedy: string): string =>
  `${what}, but it is ${String(value)}. ${remedy}`

const ratioProblem = (ratio: number): string | undefined =>
  ratio >= 0 && ratio <= 1
    ? undefined
    : problem("`ratio` must be a fraction from 0 to 1", ratio, "Use 0.1 to keep a tenth of the traces, 1 to keep all")

/** What is wrong with the options and how to fix it. */
export const headProblem = ({ ratio }: HeadOptions): string | undefined => ratioProblem(ratio)

/** What is wrong with the options and how to fix it. */
export const tailProblem = ({ costlierThan, maxSpans, ratio, slowerThan }: TailOptions): string | undefined =>
  ratioProblem(ratio ?? 0) ??
    (slowerThan === undefined || isDuration(slowerThan)
      ? undefined
      : problem("`slowerThan` must be a duration", slowerThan, "Use \"5 seconds\", or a number of milliseconds")) ??
    (costlierThan === undefined || costlierThan >= 0
      ? undefined
      : problem(
        "`costlierThan` must be an amount of US dollars, 0 or more",
        costlierThan,
        "Use 0.5 for fifty cents"
      )) ??
    (maxSpans === undefined || maxSpans >= 1
      ? undefined
      : problem("`maxSpans` must be a number of spans, 1 or more", maxSpans, "Leave it out for 100 000"))
