/**
 * How often a costly row does its damage, and the seed of the randomness that it does it with.
 */

/** The full number, unless `LOOM_FAULT_REPETITIONS` says less for the time of working on one. */
export const repetitions = (full: number): number =>
  Math.min(full, Number(process.env["LOOM_FAULT_REPETITIONS"] ?? full))

/** A new seed, or the one of `LOOM_FAULT_SEED`. Rows say it where they fail. */
export const chosenSeed = (): number => Number(process.env["LOOM_FAULT_SEED"] ?? Date.now() % 1_000_000)
