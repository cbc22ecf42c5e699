/**
 * Histogram buckets by unit. The OpenTelemetry sink and the readers' export use the same ones.
 *
 * Each duration is at most two and a half times the previous one: quantiles are interpolated within a bucket, so wide buckets make them inaccurate.
 */
const milliseconds = [
  ...[1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 30_000],
  ...[60_000, 120_000, 180_000, 300_000, 600_000, 900_000, 1_800_000]
]

const bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

/** The upper bounds of the histogram buckets for this unit, ascending. */
export const bucketsOf = (unit: string): ReadonlyArray<number> =>
  unit === "ms" ? milliseconds : unit === "s" ? milliseconds.map((bound) => bound / 1000) : bytes
