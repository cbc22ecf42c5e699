/**
 * The OpenInference dialect, name by name.
 *
 * Source: OpenInference specification, `spec/semantic_conventions.md` (github.com/Arize-ai/openinference), as Arize Phoenix reads it. The kind of a
 * span is required. Phoenix reads tokens, models and messages of a model call from the GenAI names.
 */
import { describe, expect, it } from "@effect/vitest"
import { owner } from "../../src/dialects/Dialect.js"
import { openinference as dialect } from "../../src/dialects/openinference.js"
import { addedBy, anonymous, everySpan, library, model, run, step, tool, turn, workflow } from "./dialectSpans.js"

const openinference = addedBy(owner, dialect)

const who = { "session.id": "s-1", "user.id": "alice" }

describe("the OpenInference dialect", () => {
  it("marks a run as an agent, with its input and output", () => {
    expect(openinference(run)).toEqual({
      "openinference.span.kind": "AGENT",
      "agent.name": "helper",
      "input.value": "What is 1 + 2?",
      "input.mime_type": "text/plain",
      "output.value": "It is 3",
      "output.mime_type": "text/plain",
      ...who
    })
  })

  it("uses the text of the last message as the input of a run", () => {
    const input = JSON.stringify([{ role: "user", content: "hello" }, { role: "user", content: "1 + 2?" }])
    expect(openinference({ ...run, attributes: { input } })).toMatchObject({ "input.value": "1 + 2?" })
  })

  it("marks turns and workflows as chains", () => {
    for (const span of [turn, workflow]) {
      expect(openinference(span)).toEqual({ "openinference.span.kind": "CHAIN", ...who })
    }
  })

  it("names the graph node of a step", () => {
    expect(openinference(step)).toEqual({
      "openinference.span.kind": "CHAIN",
      "graph.node.id": "draft",
      "graph.node.name": "draft",
      ...who
    })
  })

  it("names the model of a call, with typed input and output", () => {
    expect(openinference(model)).toEqual({
      "openinference.span.kind": "LLM",
      "llm.model_name": "claude-opus-4-20250514",
      "llm.provider": "anthropic",
      "llm.token_count.completion_details.reasoning": 5,
      "input.value": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "1 + 2?" }] }]),
      "input.mime_type": "application/json",
      "output.value": JSON.stringify([{
        role: "assistant",
        parts: [{ type: "tool_call", id: "c1", name: "add", arguments: { a: 1, b: 2 } }],
        finish_reason: "tool_call"
      }]),
      "output.mime_type": "application/json",
      ...who
    })
  })

  it("names the requested model if the response model is unknown", () => {
    expect(openinference({ ...model, attributes: { model: "m" } })).toMatchObject({ "llm.model_name": "m" })
  })

  it("describes a tool call with its arguments and result", () => {
    expect(openinference(tool)).toEqual({
      "openinference.span.kind": "TOOL",
      "tool.name": "add",
      "tool.id": "c1",
      "input.value": "{\"a\":1,\"b\":2}",
      "input.mime_type": "application/json",
      "output.value": "3",
      "output.mime_type": "application/json",
      ...who
    })
  })

  it("adds only session and user to spans of other libraries", () => {
    expect(openinference(library)).toEqual(who)
    expect(openinference(anonymous(library))).toEqual({})
  })

  it("sets the kind of our spans even if nothing else was recorded", () => {
    for (const span of everySpan.filter((each) => each !== library)) {
      const added = openinference(anonymous({ ...span, attributes: {} }))
      expect(Object.keys(added)).toEqual(["openinference.span.kind"])
      expect(added["openinference.span.kind"]).toMatch(/^(AGENT|CHAIN|LLM|TOOL)$/)
    }
  })
})
