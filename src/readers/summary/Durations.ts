/**
 * Durations of one kind of work: how many, how long in all, and percentiles by nearest rank.
 *
 * Percentiles are exact as long as there are few values; after that they come from a sketch whose answer is within one per cent of the exact one, in
 * memory that grows with the spread of the values (some 230 counters for a hundredfold) and not with their number.
 */
import { RelativeSketch } from "./RelativeSketch.js"

/** Percentiles of durations. */
export interface DurationStats {
  /** How many, ≥ 1. */
  readonly count: number
  /** All together, in milliseconds. */
  readonly sum: number
  /** Milliseconds. */
  readonly mean: number
  /** Milliseconds that half of them do not exceed: the nearest rank, which is the value at place ⌈0.5·count⌉ of the sorted ones, from 1. */
  readonly p50: number
  /** Milliseconds, as `p50`. */
  readonly p95: number
  /** Milliseconds, as `p50`. */
  readonly p99: number
  /** Milliseconds; always exact. */
  readonly max: number
  /** Whether the percentiles are; else each is within one per cent of the exact one. */
  readonly exact: boolean
}

/** The place of a percentile among `count` sorted values, from 1: nearest rank. */
const rankOf = (part: number, count: number): number => Math.max(1, Math.ceil(part * count))

/** Durations that are added one by one. */
export class Durations {
  private count = 0
  private sum = 0
  private max = 0
  private values: Array<number> = []
  private sketch: RelativeSketch | undefined = undefined

  /** `mostExact` values are kept as they are. */
  constructor(private readonly mostExact: number) {}

  /** Adds one, in milliseconds, ≥ 0. */
  add(value: number): void {
    this.count++
    this.sum += value
    this.max = Math.max(this.max, value)
    if (this.sketch !== undefined) {
      this.sketch.add(value)
    } else if (this.values.length < this.mostExact) {
      this.values.push(value)
    } else {
      this.sketch = new RelativeSketch()
      this.values.forEach((earlier) => this.sketch!.add(earlier))
      this.sketch.add(value)
      this.values = []
    }
  }

  /** What they come to; `null` where there are none. */
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
