/**
 * What became of the spans that came to a sampler.
 */

/** Ended spans: `kept + dropped + held` is what a sampler was given. */
export interface SamplingStats {
  /** Spans that went on to the sink, ≥ 0. */
  readonly kept: number
  /** Spans of traces that were left out, ≥ 0. */
  readonly dropped: number
  /** Traces that were kept before they came to their end, because too much was held, ≥ 0. */
  readonly decidedEarly: number
  /** Spans that wait for the end of their trace, ≥ 0. */
  readonly held: number
}

/** The counters behind `SamplingStats`. */
export interface SamplingCounter {
  kept: number
  dropped: number
  decidedEarly: number
  held: number
}

/** A counter at its beginning. */
export const samplingCounter = (): SamplingCounter => ({ kept: 0, dropped: 0, decidedEarly: 0, held: 0 })
