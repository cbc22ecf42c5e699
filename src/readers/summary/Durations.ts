/**
 * Durations of one kind of work: count, sum, and percentiles by nearest rank.
 *
 * Percentiles are exact for few values. Beyond that they come from a sketch that is accurate to one per cent; its memory grows with the range of the values
 * (about 230 counters for a hundredfold), not with their number.
 */
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

export class Durations {
  private count = 0
  private sum = 0
  private max = 0
  private values: Array<number> = []
  private sketch: RelativeSketch | undefined = undefined

  /** Up to `maxExact` values are kept as they are. */
  constructor(private readonly maxExact: number) {}

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

/** α: the maximum relative error. */
const accuracy = 0.01
const gamma = (1 + accuracy) / (1 - accuracy)
const logGamma = Math.log(gamma)

/** In milliseconds. */
const smallest = 1e-6

const bucketOf = (value: number): number => Math.ceil(Math.log(value) / logGamma)

const valueOf = (bucket: number): number => 2 * gamma ** bucket / (gamma + 1)

/**
 * Counts values in buckets whose bounds grow by a constant factor, so that the value at any rank is known within one per cent.
 *
 * DDSketch with the logarithmic mapping: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
 * guarantees", PVLDB 12 (2019), section 2. Bucket `i` holds values in (γ^(i−1), γ^i] with γ = (1 + α) / (1 − α), and stands for 2γ^i / (γ + 1).
 * Values are milliseconds; anything below a nanosecond counts as zero. (Datadog's package is not used because it pulls in a protobuf encoder.)
 */
class RelativeSketch {
  private zeros = 0
  /** The bucket of the first counter. */
  private first = 0
  private counters = new Float64Array(0)

  add(value: number): void {
    if (value < smallest) {
      this.zeros++
    } else {
      const place = this.place(bucketOf(value))
      this.counters[place]!++
    }
  }

  /** The value at a position of the sorted ones, from 1. */
  atRank(rank: number): number {
    let seen = this.zeros
    if (rank <= seen) {
      return 0
    }
    for (const [index, count] of this.counters.entries()) {
      seen += count
      if (seen >= rank) {
        return valueOf(this.first + index)
      }
    }
    return valueOf(this.first + this.counters.length - 1)
  }

  private place(bucket: number): number {
    const index = bucket - this.first
    if (index >= 0 && index < this.counters.length) {
      return index
    }
    this.widen(bucket)
    return bucket - this.first
  }

  /** Makes room for a bucket, with spare room on its side. */
  private widen(bucket: number): void {
    const room = 32
    const empty = this.counters.length === 0
    const first = empty ? bucket - room : bucket < this.first ? bucket - room : this.first
    const last = empty ? bucket + room : Math.max(this.first + this.counters.length - 1, bucket)
    const counters = new Float64Array(last - first + 1)
    counters.set(this.counters, empty ? 0 : this.first - first)
    this.first = first
    this.counters = counters
  }
}
