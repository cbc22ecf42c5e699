/**
 * One or two scenarios of each vendor. The whole table is thorough.
 */
import { describe } from "@effect/vitest"
import { anthropicScenarios } from "./scenarios/anthropic.js"
import { bedrockScenarios } from "./scenarios/bedrock.js"
import { geminiScenarios } from "./scenarios/gemini.js"
import { openaiScenarios } from "./scenarios/openai.js"
import { openRouterScenarios } from "./scenarios/openrouter.js"
import { scenarioRow } from "./scenarios/row.js"
import type { Scenario } from "./scenarios/scenario.js"

const named = (scenarios: ReadonlyArray<Scenario>, ...names: ReadonlyArray<string>): ReadonlyArray<Scenario> =>
  names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name)
    if (found === undefined) {
      throw new Error(`There is no scenario ${JSON.stringify(name)}`)
    }
    return found
  })

const some = [
  ...named(anthropicScenarios, "written for an hour", "a tool"),
  ...named(openaiScenarios, "a deployment's name", "a compatible server that leaves usage out"),
  ...named(geminiScenarios, "thoughts"),
  ...named(bedrockScenarios, "read from the cache and written to it"),
  ...named(openRouterScenarios, "a key of the user's own")
]

describe("some of the scenarios", () => some.forEach(scenarioRow))
