/**
 * The experiment of the program that is killed, and of the one that continues.
 */
import * as Effect from "effect/Effect"
import { Dataset, Scorer } from "loom-telemetry/evals"

export const doubling = {
  name: "doubling",
  dataset: Dataset.make(
    Array.from({ length: 12 }, (_, input) => ({ id: `case ${input}`, input, expected: input * 2 }))
  ),
  scorers: [Scorer.exact()],
  concurrency: 1,
  onProgress: () => Effect.void
}
