/**
 * The GenAI dialect, name by name.
 *
 * Source: OpenTelemetry semantic conventions v1.41.1, `gen-ai-spans.md` and `gen-ai-agent-spans.md`; the names are checked against the package
 * `@opentelemetry/semantic-conventions` 1.41.1. `agent_step` is an operation of our own: the conventions leave them open.
 */
import { describe, expect, it } from "@effect/vitest"
import * as conventions from "@opentelemetry/semantic-conventions/incubating"
import { genai as dialect, semconvVersion } from "../../src/dialects/genai.js"
import {
  anonymous,
  everySpan,
  failed,
  interrupted,
  library,
  model,
  run,
  saidBy,
  step,
  tool,
  turn,
  workflow
} from "./dialectSpans.js"

const genai = saidBy(dialect)

const conversation = { "gen_ai.conversation.id": "s-1" }

describe("the GenAI dialect", () => {
  it("is of version 1.41.1", () => {
    expect(semconvVersion).toBe("1.41.1")
  })

  it("says of a run which agent it invokes, and nothing of usage, which would be counted twice", () => {
    expect(genai(run)).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "helper",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "claude-opus-4",
      ...conversation
    })
  })

  it("says of a turn that it is a step", () => {
    expect(genai(turn)).toEqual({ "gen_ai.operation.name": "agent_step", ...conversation })
  })

  it("says of a model call what was asked, what answered and what was used", () => {
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

  it("says of a tool which one was called, with what, and what it gave", () => {
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

  it("says of a workflow its name, and of its steps that they belong to one", () => {
    expect(genai(workflow)).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": "review",
      ...conversation
    })
    expect(genai(step)).toEqual({ "gen_ai.operation.name": "invoke_workflow", ...conversation })
  })

  it("says nothing of a library's span", () => {
    expect(genai(library)).toEqual({})
  })

  it("says nothing that was not recorded", () => {
    expect(genai(anonymous({ ...model, attributes: {} }))).toEqual({ "gen_ai.operation.name": "chat" })
    expect(genai(anonymous({ ...model, attributes: { streaming: false, finish_reason: "", tokens_in: "7" } }))).toEqual(
      {
        "gen_ai.operation.name": "chat"
      }
    )
  })

  it("counts no tokens as none, and not as unknown", () => {
    expect(genai({ ...model, attributes: { tokens_in: 0, tokens_out: 0 } })).toMatchObject({
      "gen_ai.usage.input_tokens": 0,
      "gen_ai.usage.output_tokens": 0
    })
  })

  it("takes no session for a conversation that nobody named", () => {
    expect(genai({ ...turn, sessionId: "run_01JGFJJZ00000000000000000A" })).not.toHaveProperty([
      "gen_ai.conversation.id"
    ])
  })

  it("names the type of what failed, and none for what was interrupted", () => {
    for (const span of everySpan) {
      expect(genai(failed(span))).toMatchObject({ "error.type": "RangeError" })
      expect(genai(failed(span, "no name"))).toMatchObject({ "error.type": "Error" })
      expect(genai(failed(span, null))).toMatchObject({ "error.type": "_OTHER" })
      expect(genai(interrupted(span))).not.toHaveProperty(["error.type"])
    }
  })

  it("takes a tool that is not ok for failed", () => {
    const notOk = { ...tool, attributes: { ...tool.attributes, ok: false } }
    expect(genai(notOk)).toMatchObject({ "error.type": "_OTHER" })
    expect(genai(interrupted(notOk))).not.toHaveProperty(["error.type"])
  })

  it("uses no name and no operation that the conventions do not have", () => {
    const values = new Set<unknown>(Object.values(conventions))
    for (const span of everySpan) {
      const said = genai(failed(span))
      expect(Object.keys(said).filter((name) => !values.has(name))).toEqual([])
      const operation = said["gen_ai.operation.name"]
      expect(operation === undefined || operation === "agent_step" || values.has(operation)).toBe(true)
    }
  })
})
