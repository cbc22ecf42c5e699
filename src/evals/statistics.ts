/**
 * Means with confidence intervals, by bootstrap: no assumption about how scores are distributed, and the same result for the same seed.
 */
/** A mean with its confidence interval. */
export interface Estimate {
  /** The mean of the values. */
  readonly mean: number
  /** The lower end of the 95% confidence interval. */
  readonly low: number
  /** The upper end of the 95% confidence interval. */
  readonly high: number
  /** The number of values. */
  readonly count: number
}

const resamples = 2000

const mean = (values: ReadonlyArray<number>): number => {
  let sum = 0
  for (const value of values) {
    sum += value
  }
  return sum / values.length
}

/** Draws integers from 0 to below a bound, always the same ones for a seed (xorshift, Marsaglia 2003). */
const drawing = (seed: number): (below: number) => number => {
  let state = (seed ^ 0x9e3779b9) || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.floor((state >>> 0) / 2 ** 32 * below)
  }
}

/** The interpolated quantile of sorted values: the value below which this share of them lies. */
const quantile = (sorted: Float64Array, share: number): number => {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const lower = sorted[below]!
  return lower + ((sorted[Math.min(below + 1, sorted.length - 1)]!) - lower) * (place - below)
}

/** The mean of values, with the interval that contains 95% of 2,000 resampled means; `undefined` without values. Of one value, it has width 0. */
export const estimate = (values: ReadonlyArray<number>, seed: number): Estimate | undefined => {
  if (values.length === 0) {
    return undefined
  }
  const draw = drawing(seed)
  const means = new Float64Array(resamples)
  for (let each = 0; each < resamples; each++) {
    let sum = 0
    for (let drawn = 0; drawn < values.length; drawn++) {
      sum += values[draw(values.length)]!
    }
    means[each] = sum / values.length
  }
  means.sort()
  return { mean: mean(values), low: quantile(means, 0.025), high: quantile(means, 0.975), count: values.length }
}
