/**
 * Durations of one kind of work: count, sum, and percentiles by nearest rank.
 *
 * Percentiles are exact for few values. Beyond that they come from a sketch that is accurate to one per cent; its memory grows with the range of the values
 * (about 230 counters for a hundredfold), not with their number.
 */
import { RelativeSketch } from "./RelativeSketch.js"

/** Percentiles of durations. */
export interface DurationStats {
  /** ≥ 1. */
  readonly count: number
  /** Milliseconds. */
  readonly sum: number
  /** Milliseconds. */
  readonly mean: number
  /** Milliseconds; by nearest rank: the value at position ⌈0.5·count⌉ of the sorted ones, from 1. */
  readonly p50: number
  /** Milliseconds, as `p50`. */
  readonly p95: number
  /** Milliseconds, as `p50`. */
  readonly p99: number
  /** Milliseconds; always exact. */
  readonly max: number
  /** Whether the percentiles are exact; otherwise each is within one per cent. */
  readonly exact: boolean
}

/** The position of a percentile among `count` sorted values, from 1: nearest rank. */
const rankOf = (part: number, count: number): number => Math.max(1, Math.ceil(part * count))

/** Collects durations one by one. */
export class Durations {
  private count = 0
  private sum = 0
  private max = 0
  private values: Array<number> = []
  private sketch: RelativeSketch | undefined = undefined

  /** Up to `maxExact` values are kept as they are. */
  constructor(private readonly maxExact: number) {}

  /** Adds one, in milliseconds, ≥ 0. */
  add(value: number): void {
    this.count++
    this.sum += value
    this.max = Math.max(this.max, value)
    if (this.sketch !== undefined) {
      this.sketch.add(value)
    } else if (this.values.length < this.maxExact) {
      this.values.push(value)
    } else {
      this.sketch = new RelativeSketch()
      this.values.forEach((earlier) => this.sketch!.add(earlier))
      this.sketch.add(value)
      this.values = []
    }
  }

  /** The statistics; `null` if there are no durations. */
  stats(): DurationStats | null {
    const { count, max, sum } = this
    if (count === 0) {
      return null
    }
    const { sketch } = this
    const sorted = Float64Array.from(this.values).sort()
    const at = (part: number): number => {
      const rank = rankOf(part, count)
      return sketch === undefined ? sorted[rank - 1]! : Math.min(max, sketch.atRank(rank))
    }
    return {
      count,
      sum,
      mean: sum / count,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max,
      exact: sketch === undefined
    }
  }
}
