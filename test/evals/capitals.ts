/**
 * A small experiment: capitals, some of them wrong.
 */
import * as Effect from "effect/Effect"
import { Dataset } from "loom-telemetry/evals"

export const dataset = Dataset.make([
  { id: "france", input: "France?", expected: "Paris" },
  { id: "italy", input: "Italy?", expected: "Rome" },
  { id: "spain", input: "Spain?", expected: "Madrid" }
])

const answers: { readonly [question: string]: string } = { "France?": "Paris", "Italy?": "Milan", "Spain?": "Madrid" }

export const answer = (question: string): Effect.Effect<string> => Effect.sync(() => answers[question] ?? "?")
