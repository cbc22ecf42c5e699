/**
 * Counts values in buckets whose bounds grow by a constant factor, so that the value at any rank is known within one per cent.
 *
 * DDSketch with the logarithmic mapping: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
 * guarantees", PVLDB 12 (2019), section 2. Bucket `i` holds values in (γ^(i−1), γ^i] with γ = (1 + α) / (1 − α), and stands for 2γ^i / (γ + 1).
 * Values are milliseconds; anything below a nanosecond counts as zero. (Not Datadog's package, which brings protobuf's encoding along.)
 */

/** α: the maximum relative error. */
const accuracy = 0.01
const gamma = (1 + accuracy) / (1 - accuracy)
const logGamma = Math.log(gamma)

/** A nanosecond, in milliseconds. */
const smallest = 1e-6

const bucketOf = (value: number): number => Math.ceil(Math.log(value) / logGamma)

const valueOf = (bucket: number): number => 2 * gamma ** bucket / (gamma + 1)

/** Values by bucket. */
export class RelativeSketch {
  private zeros = 0
  /** The bucket of the first counter. */
  private first = 0
  private counters = new Float64Array(0)

  /** Adds one, ≥ 0. */
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

  /** Makes room for a bucket, with some spare on its side. */
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
