/**
 * A test that fails when a score falls: the agent answers a dataset, and the mean score must not be lower than before.
 *
 * npx vitest run examples/32-quality.test.ts
 */
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { Dataset, Experiment, Scorer } from "loom-telemetry/evals"

const capitals = { France: "Paris", Italy: "Rome", Spain: "Madrid", Greece: "Athens", Norway: "Oslo" }

const dataset = Dataset.make(
  Object.entries(capitals).map(([country, expected]) => ({ id: country, input: `Capital of ${country}?`, expected }))
)

const geographer = Agent.make({ name: "geographer", instructions: "Answer with one word." })

/** The mean of the score. A real test would use a real model, or a cassette. */
const correctness = (answers: ReadonlyArray<string>) =>
  Experiment.run({
    name: "capitals",
    dataset,
    task: (question) => geographer.run(question),
    scorers: [Scorer.contains({ name: "correct" })],
    concurrency: 1
  }).pipe(
    Effect.provide(ScriptedModel.layer(answers.map((text) => ({ text })))),
    Effect.map(({ scores }) => scores["correct"]?.estimate?.mean ?? 0)
  )

it.effect("the agent knows its capitals", () =>
  Effect.gen(function*() {
    expect(yield* correctness(Object.values(capitals))).toBeGreaterThanOrEqual(0.8)
  }))

// What you would see: this one passes only because its expectation fails.
it.effect.fails("an agent that knows two of five does not pass", () =>
  Effect.gen(function*() {
    expect(yield* correctness(["Paris", "Rome", "Milan", "Milan", "Milan"])).toBeGreaterThanOrEqual(0.8)
  }))
