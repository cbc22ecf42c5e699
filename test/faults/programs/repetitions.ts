/**
 * How often an expensive row is repeated, and its random seed.
 */

/** The full number, unless `LOOM_FAULT_REPETITIONS` is lower, for development. */
export const repetitions = (full: number): number =>
  Math.min(full, Number(process.env["LOOM_FAULT_REPETITIONS"] ?? full))

/** A new seed, or `LOOM_FAULT_SEED`. Rows print it if they fail. */
export const chosenSeed = (): number => Number(process.env["LOOM_FAULT_SEED"] ?? Date.now() % 1_000_000)
