/**
 * Asks a version of the agent of 31-week.ts questions, and tries it on a dataset. Both are recorded.
 */
import { Prompt } from "@effect/ai"
import { Effect, Layer, Schema } from "effect"
import { FileTelemetry } from "loom-telemetry"
import { Cassette, Dataset, Experiment, Scorer } from "loom-telemetry/evals"
import type { Model } from "./support.js"
import { support } from "./support.js"

/** Records all content, so that a run can become a case and be replayed. */
const recorded = (model: Model, path: string) =>
  Layer.provideMerge(model, Layer.provideMerge(FileTelemetry.layer(path), Cassette.recording))

/** Asks one question after another. Returns the trace of each. */
export const asked = (questions: ReadonlyArray<string>, model: Model, path: string) =>
  Effect.forEach(
    questions,
    (question) =>
      Effect.zipRight(support.run(question), Effect.map(Effect.currentSpan, ({ traceId }) => traceId)).pipe(
        Effect.withSpan("question")
      )
  ).pipe(Effect.provide(recorded(model, path)))

/** Runs all cases of a dataset: the answer must link to the manual. */
export const tried = (name: string, cases: string, model: Model, path: string) =>
  Dataset.parse(cases, { input: Schema.Array(Prompt.Message) }).pipe(
    Effect.flatMap((dataset) =>
      Experiment.run({
        name,
        dataset,
        task: (input) => support.run(input),
        scorers: [Scorer.contains({ name: "links", text: "https://" })],
        concurrency: 1
      })
    ),
    Effect.provide(recorded(model, path))
  )
