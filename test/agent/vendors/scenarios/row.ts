/**
 * One row of the table of scenarios: a test that runs it in every way, and a line in the table that is printed at the end of the test run.
 */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { runScenario } from "./run.js"
import type { ExpectedCall, Scenario, Way } from "./scenario.js"

/** A row of the table. */
export interface ScenarioLine {
  readonly vendor: string
  readonly name: string
  /** The result of the first way. */
  readonly calls: ReadonlyArray<ExpectedCall>
}

declare module "vitest" {
  interface TaskMeta {
    scenario?: ScenarioLine
  }
}

const everyWay: ReadonlyArray<Way> = ["agent", "generateText", "streamText"]

/** Defines the test of a row. */
export const scenarioRow = (scenario: Scenario): void => {
  const { name, vendor, ways = everyWay } = scenario
  it.scopedLive(`${vendor.name}: ${name}`, ({ task }) =>
    Effect.gen(function*() {
      task.meta.scenario = { vendor: vendor.name, name, calls: [] }
      const outcomes = yield* Effect.forEach(ways, (way) => runScenario(scenario, way))
      task.meta.scenario = { vendor: vendor.name, name, calls: outcomes[0]!.calls }
      expect(outcomes.flatMap(({ faults }) => faults)).toEqual([])
    }))
}
