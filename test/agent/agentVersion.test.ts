/**
 * The version of an agent changes with everything that determines its behavior, and with nothing else.
 */
import * as Tool from "@effect/ai/Tool"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { agentVersion, type Versioned } from "../../src/agent/run/agentVersion.js"

const add = (description: string, parameters: Schema.Struct.Fields = { a: Schema.Number }) =>
  Tool.make("add", { description, parameters })

const agent = (changes: Partial<Versioned> = {}): Versioned => ({
  name: "arithmetic",
  instructions: "Be exact.",
  tools: { add: add("Adds."), stop: Tool.make("stop") },
  ...changes
})

const version = (of: Versioned, model: string | undefined = "gpt-5") => agentVersion({}, () => of, model)

describe("the version of an agent", () => {
  it("is the same for an agent made twice, whatever the order of its tools", () => {
    const { add, stop } = agent().tools
    expect(version(agent())).toMatch(/^[0-9a-f]{12}$/)
    expect(version(agent({ tools: { stop: stop!, add: add! } }))).toBe(version(agent()))
  })

  it.each<[string, Versioned, model?: string]>([
    ["its name", agent({ name: "other" })],
    ["one word of its instructions", agent({ instructions: "Be brief." })],
    ["a tool's description", agent({ tools: { ...agent().tools, add: add("Adds up.") } })],
    ["a tool's parameters", agent({ tools: { ...agent().tools, add: add("Adds.", { b: Schema.Number }) } })],
    ["a missing tool", agent({ tools: {} })],
    ["the model", agent(), "gpt-5-mini"]
  ])("changes with %s", (_, changed, model) => {
    expect(version(changed, model)).not.toBe(version(agent()))
  })

  it("describes an agent once, for all of its models", () => {
    let described = 0
    const self = {}
    const of = (model: string | undefined) => agentVersion(self, () => (described++, agent()), model)
    expect(new Set(["a", "b", undefined, "a"].map(of)).size).toBe(3)
    expect(described).toBe(1)
  })
})
