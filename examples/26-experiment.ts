/**
 * Compares two versions of an agent on the same cases, judged by a rule and by a model.
 *
 * npx tsx examples/26-experiment.ts
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { Dataset, Experiment, Scorer } from "loom-telemetry/evals"

const capitals = { France: "Paris", Italy: "Rome", Spain: "Madrid", Greece: "Athens", Norway: "Oslo", Peru: "Lima" }

const dataset = Dataset.make(
  Object.entries(capitals).map(([country, expected]) => ({
    id: country,
    input: `The capital of ${country}?`,
    expected
  }))
)

/** A model that judges every answer as good. In practice, use a vendor's layer. */
const judge = ScriptedModel.layer(
  Array.from(dataset.cases, () => ({ text: JSON.stringify({ explanation: "It is short.", value: 1 }) }))
)

const tried = (version: string, answers: ReadonlyArray<string>) => {
  const agent = Agent.make({ name: "geographer", instructions: `Answer with one word. (${version})` })
  const experiment = Experiment.run({
    name: `capitals ${version}`,
    dataset,
    task: (question) => agent.run(question),
    scorers: [
      Scorer.contains({ name: "correct", ignoreCase: true }),
      Scorer.model({ name: "brief", criteria: "The answer is one word.", model: judge })
    ],
    // One after another, because the scripted model answers in order.
    concurrency: 1
  })
  return Effect.provide(
    experiment,
    ScriptedModel.layer(answers.map((text) => ({ text, usage: { inputTokens: 20, outputTokens: 2 } })))
  )
}

const program = Effect.gen(function*() {
  const before = yield* tried("one", dataset.cases.map(() => "Paris"))
  const after = yield* tried("two", Object.values(capitals))
  for (const { costUsd, name, scores } of [before, after]) {
    const [correct, brief] = ["correct", "brief"].map((score) => scores[score]?.estimate?.mean.toFixed(2))
    console.log(`${name}: correct ${correct}, brief ${brief}, $${costUsd?.toFixed(6)}`)
  }
  const { scores } = Experiment.compare(before, after)
  console.log(`correct is ${scores["correct"]?.verdict}, brief is ${scores["brief"]?.verdict}`)
})

const prices = Pricing.table([{ model: "ScriptedModel", input: 1, output: 2 }])

Effect.runPromise(Effect.provide(program, [InMemoryTelemetry.layer(), prices]))
