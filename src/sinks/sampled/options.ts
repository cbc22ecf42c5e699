/**
 * The options of a sampler, their validation, and its counters.
 */
import type * as Duration from "effect/Duration"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { isDuration } from "../../telemetry/isDuration.js"

/** Options of `SampledTelemetry.head`. */
export interface HeadOptions {
  /** The fraction of traces to keep, 0 to 1. */
  readonly ratio: number
}

/** Options of `SampledTelemetry.tail`: a trace is kept if at least one of the conditions holds. */
export interface TailOptions {
  /** Keeps traces in which a span failed: outcome `"failure"`, including failed tools. Interruption is not a failure. Default `true`. */
  readonly errors?: boolean
  /** Keeps traces that took longer than this, from the start of their first span to the end of their last. Default: no condition. */
  readonly slowerThan?: Duration.DurationInput
  /** Keeps traces that cost more than this, in US dollars, ≥ 0: the sum of their `loom.cost.usd` measurements. Default: no condition. */
  readonly costlierThan?: number
  /**
   * Keeps traces for which it returns true; called with the ended spans, in the order in which they ended. If it throws, the trace is kept and the
   * exception is logged once.
   */
  readonly keep?: (spans: ReadonlyArray<SpanRecord>) => boolean
  /** The fraction of all other traces to keep, 0 to 1, chosen as in `head`. Default 0. */
  readonly ratio?: number
  /**
   * Maximum number of spans held while their traces are running, ≥ 1; a measurement or a score counts as a span. Beyond it, the oldest trace is kept
   * without waiting for its end. Default 100 000.
   */
  readonly maxSpans?: number
}

/** Counts of ended spans and scores: `kept + dropped + held` is the number received by the sampler. */
export interface SamplingStats {
  /** Spans and scores passed on to the sink, ≥ 0. */
  readonly kept: number
  /** Spans and scores of dropped traces, ≥ 0. */
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

/** The problem with the options and its remedy; `undefined` if they are valid. */
export const headProblem = ({ ratio }: HeadOptions): string | undefined => ratioProblem(ratio)

/** The problem with the options and its remedy; `undefined` if they are valid. */
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
