/**
 * The GenAI dialect, name by name, in both versions.
 *
 * Source: OpenTelemetry semantic conventions v1.41.1, `gen-ai-spans.md` and `gen-ai-agent-spans.md`; the names are checked against the package
 * `@opentelemetry/semantic-conventions` 1.41.1. `agent_step` is a custom operation, which the conventions allow. Version 0.1 is from
 * `open-telemetry/semantic-conventions-genai`: its change log and migration guide list what it renamed, and nothing else may differ.
 */
import { describe, expect, it } from "@effect/vitest"
import * as conventions from "@opentelemetry/semantic-conventions/incubating"
import { conventions as tables, genaiDialect, semconvVersion } from "../../src/dialects/genai/genai.js"
import {
  addedBy,
  anonymous,
  ending,
  everySpan,
  failed,
  interrupted,
  library,
  model,
  run,
  step,
  tool,
  turn,
  workflow
} from "./dialectSpans.js"

const genai = addedBy(genaiDialect("1.41.1"))
const own = addedBy(genaiDialect("genai-0.1"))

const conversation = { "gen_ai.conversation.id": "s-1" }

describe("the GenAI dialect", () => {
  it("uses version 1.41.1 by default", () => {
    expect(semconvVersion).toBe("1.41.1")
  })

  it("names the agent of a run, but adds no usage, which would be counted twice", () => {
    expect(genai(run)).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "helper",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "claude-opus-4",
      ...conversation
    })
  })

  it("marks a turn as a step", () => {
    expect(genai(turn)).toEqual({ "gen_ai.operation.name": "agent_step", ...conversation })
  })

  it("describes the request, the response and the usage of a model call", () => {
    expect(genai(model)).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "claude-opus-4",
      "gen_ai.response.model": "claude-opus-4-20250514",
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["tool-calls"],
      "gen_ai.response.time_to_first_chunk": 0.2505,
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": 60,
      "gen_ai.usage.cache_creation.input_tokens": 30,
      "gen_ai.usage.reasoning.output_tokens": 5,
      "gen_ai.system_instructions": "Be brief.",
      "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "1 + 2?" }] }]),
      "gen_ai.output.messages": JSON.stringify([{
        role: "assistant",
        parts: [{ type: "tool_call", id: "c1", name: "add", arguments: { a: 1, b: 2 } }],
        finish_reason: "tool_call"
      }]),
      ...conversation
    })
  })

  it("describes a tool call with its arguments and result", () => {
    expect(genai(tool)).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "add",
      "gen_ai.tool.call.id": "c1",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.arguments": "{\"a\":1,\"b\":2}",
      "gen_ai.tool.call.result": "3",
      ...conversation
    })
  })

  it("names a workflow, and marks its steps", () => {
    expect(genai(workflow)).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": "review",
      ...conversation
    })
    expect(genai(step)).toEqual({ "gen_ai.operation.name": "invoke_workflow", ...conversation })
  })

  it("adds nothing to spans of other libraries", () => {
    expect(genai(library)).toEqual({})
  })

  it("adds nothing that was not recorded", () => {
    expect(genai(anonymous({ ...model, attributes: {} }))).toEqual({ "gen_ai.operation.name": "chat" })
    expect(genai(anonymous({ ...model, attributes: { streaming: false, finish_reason: "", tokens_in: "7" } }))).toEqual(
      {
        "gen_ai.operation.name": "chat"
      }
    )
  })

  it("keeps token counts of zero", () => {
    expect(genai({ ...model, attributes: { tokens_in: 0, tokens_out: 0 } })).toMatchObject({
      "gen_ai.usage.input_tokens": 0,
      "gen_ai.usage.output_tokens": 0
    })
  })

  it("does not treat a session without an id of its own as a conversation", () => {
    expect(genai({ ...turn, sessionId: "run_01JGFJJZ00000000000000000A" })).not.toHaveProperty([
      "gen_ai.conversation.id"
    ])
  })

  it("sets the error type of failures, but not of interruptions", () => {
    for (const span of everySpan) {
      expect(genai(failed(span))).toMatchObject({ "error.type": "RangeError" })
      expect(genai(failed(span, "no name"))).toMatchObject({ "error.type": "Error" })
      expect(genai(failed(span, null))).toMatchObject({ "error.type": "_OTHER" })
      expect(genai(interrupted(span))).not.toHaveProperty(["error.type"])
    }
  })

  it("treats a tool call that is not ok as failed", () => {
    const notOk = { ...tool, attributes: { ...tool.attributes, ok: false } }
    expect(genai(ending(notOk, "success"))).toMatchObject({ "error.type": "_OTHER" })
    expect(genai(interrupted(notOk))).not.toHaveProperty(["error.type"])
  })

  it("uses only names and operations from the conventions", () => {
    const values = new Set<unknown>(Object.values(conventions))
    for (const span of everySpan) {
      const added = genai(failed(span))
      expect(Object.keys(added).filter((name) => !values.has(name))).toEqual([])
      const operation = added["gen_ai.operation.name"]
      expect(operation === undefined || operation === "agent_step" || values.has(operation)).toBe(true)
    }
  })
})

describe("version 0.1 of the conventions' own repository", () => {
  it("names agents without a provider, and workflows like agents", () => {
    expect(own(run)).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "helper",
      "gen_ai.request.model": "claude-opus-4",
      ...conversation
    })
    expect(own(workflow)).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.agent.name": "review",
      ...conversation
    })
  })

  it("has its own name for cache writes, and its own form of instructions and messages", () => {
    const {
      "gen_ai.system_instructions": instructions,
      "gen_ai.output.messages": output,
      "gen_ai.usage.cache_creation.input_tokens": written,
      ...same
    } = genai(model)
    expect(own(model)).toEqual({
      ...same,
      "gen_ai.usage.cache_write.input_tokens": written,
      "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: instructions }]),
      "gen_ai.output.messages": JSON.stringify(
        JSON.parse(String(output)).map(({ finish_reason: _, ...message }: { finish_reason: unknown }) => message)
      )
    })
  })

  it("names everything else like version 1.41.1", () => {
    for (const span of [turn, tool, step, library, failed(tool), interrupted(tool)]) {
      expect(own(span)).toEqual(genai(span))
    }
  })
})

describe("the tables of the conventions", () => {
  const rows = Object.values(tables).flatMap(({ metrics, spans, version }) =>
    [...Object.values(spans), ...Object.values(metrics)].flat().map((row) => ({ ...row, version }))
  )

  it("name a file of the conventions in each row", () => {
    expect(rows.length).toBeGreaterThan(60)
    for (const { from, name } of rows) {
      expect(from, name).toMatch(/^(semantic-conventions-genai\/)?model\/gen-ai\/[a-z-]+\.yaml$/)
    }
  })

  it("list each attribute of a kind of span once", () => {
    for (const { spans } of Object.values(tables)) {
      for (const all of Object.values(spans)) {
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
      }
    }
  })

  it("differ between versions only in these names", () => {
    const namesOf = (wanted: string) =>
      new Set(rows.filter(({ version }) => version === wanted).map(({ name }) => name))
    const [before, now] = [namesOf("1.41.1"), namesOf("genai-0.1")]
    expect([...before].filter((name) => !now.has(name)).sort()).toEqual([
      "gen_ai.client.operation.duration",
      "gen_ai.client.operation.time_to_first_chunk",
      "gen_ai.client.token.usage",
      "gen_ai.usage.cache_creation.input_tokens",
      "gen_ai.workflow.name"
    ])
    expect([...now].filter((name) => !before.has(name)).sort()).toEqual([
      "gen_ai.client.inference.duration",
      "gen_ai.client.inference.operation.input_tokens",
      "gen_ai.client.inference.operation.output_tokens",
      "gen_ai.client.inference.time_to_first_chunk",
      "gen_ai.client.inference.usage.cache_read.input_tokens",
      "gen_ai.client.inference.usage.cache_write.input_tokens",
      "gen_ai.client.inference.usage.input_tokens",
      "gen_ai.client.inference.usage.output_tokens",
      "gen_ai.client.inference.usage.reasoning.output_tokens",
      "gen_ai.usage.cache_write.input_tokens"
    ])
  })
})
