/**
 * Two files, compared case by case and version by version.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { InMemoryTelemetry } from "loom-telemetry"
import { Dataset, Experiment, Scorer } from "loom-telemetry/evals"
import { compareGroups, type GroupKey, Groups } from "../../src/readers/GroupDiff.js"
import { fromSpans, type TraceForest } from "../../src/readers/TraceTree.js"

const dataset = Dataset.make([{ id: "one", input: 1, expected: 1 }, { id: "two", input: 2, expected: 2 }])

const groupsOf = ({ traces }: TraceForest, by: GroupKey): Groups => {
  const groups = new Groups(by)
  traces.forEach((trace) => groups.add(trace))
  return groups
}

const compared = (a: TraceForest, b: TraceForest, by: GroupKey) => compareGroups(groupsOf(a, by), groupsOf(b, by))

/** The records of an experiment with this version. */
const tried = (agentVersion: string, task: (input: number) => Effect.Effect<number, string>) =>
  Effect.gen(function*() {
    yield* Experiment.run({ name: "numbers", dataset, task, scorers: [Scorer.exact()], agentVersion })
    const memory = yield* InMemoryTelemetry
    return fromSpans(yield* memory.spans, { scores: yield* memory.scores })
  }).pipe(Effect.provide(InMemoryTelemetry.layer()))

describe("groups of traces", () => {
  it.effect("compare the scores and failures of both sides by case, without the traces of scorers", () =>
    Effect.gen(function*() {
      const before = yield* tried("a", (input) => Effect.succeed(input))
      const after = yield* tried("b", (input) => input === 2 ? Effect.fail("no") : Effect.succeed(0))
      const groups = compared(before, after, "case")
      expect(
        groups.slice(0, 2).map(({ a, b, label }) => [
          label,
          [a?.traces, a?.failed, a?.scores[0]?.mean],
          [b?.traces, b?.failed, b?.scores[0]?.mean]
        ])
      ).toEqual([
        ["one", [1, 0, 1], [1, 0, 0]],
        ["two", [1, 0, 1], [1, 1, undefined]]
      ])
      expect(groups.slice(2).map(({ label }) => label)).toEqual([null])
    }))

  it.effect("compare versions, including those that only one side has", () =>
    Effect.gen(function*() {
      const before = yield* tried("a", (input) => Effect.succeed(input))
      const after = yield* tried("b", (input) => Effect.succeed(input))
      const groups = compared(before, after, "version").filter(({ label }) => label !== null)
      expect(groups.map(({ a, b, label }) => [label, a?.traces, b?.traces])).toEqual([
        ["a", 2, undefined],
        ["b", undefined, 2]
      ])
    }))
})
