/**
 * Every vendor, every kind of answer, called in every way: tokens, cost, finish reason. The table is printed at the end of the run.
 */
import { describe, expect, it } from "@effect/vitest"
import { anthropicScenarios } from "./scenarios/anthropic.js"
import { bedrockScenarios } from "./scenarios/bedrock.js"
import { geminiScenarios } from "./scenarios/gemini.js"
import { openaiScenarios } from "./scenarios/openai.js"
import { openRouterScenarios } from "./scenarios/openrouter.js"
import { scenarioRow } from "./scenarios/row.js"

const scenarios = [
  ...anthropicScenarios,
  ...openaiScenarios,
  ...geminiScenarios,
  ...bedrockScenarios,
  ...openRouterScenarios
]

describe("the scenarios", () => {
  scenarios.forEach(scenarioRow)

  it("are named once each, and many", () => {
    const names = scenarios.map(({ name, vendor }) => `${vendor.name}: ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(100)
  })
})
