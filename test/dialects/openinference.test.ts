/**
 * The OpenInference dialect, name by name.
 *
 * Source: OpenInference specification, `spec/semantic_conventions.md` (github.com/Arize-ai/openinference), as Arize Phoenix reads it. The kind of
 * a span is required there. Tokens, models and messages of a model call Phoenix takes from the GenAI names.
 */
import { describe, expect, it } from "@effect/vitest"
import { openinference as dialect } from "../../src/dialects/openinference.js"
import { anonymous, everySpan, library, model, run, saidBy, step, tool, turn, workflow } from "./dialectSpans.js"

const openinference = saidBy(dialect)

const who = { "session.id": "s-1", "user.id": "alice" }

describe("the OpenInference dialect", () => {
  it("says of a run that it is an agent, what it was asked and what it answered", () => {
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

  it("gives of a run's recorded messages the text of the last one", () => {
    const input = JSON.stringify([{ role: "user", content: "hello" }, { role: "user", content: "1 + 2?" }])
    expect(openinference({ ...run, attributes: { input } })).toMatchObject({ "input.value": "1 + 2?" })
  })

  it("says of turns and workflows that they are chains", () => {
    for (const span of [turn, workflow]) {
      expect(openinference(span)).toEqual({ "openinference.span.kind": "CHAIN", ...who })
    }
  })

  it("says of a step which node of the graph it is", () => {
    expect(openinference(step)).toEqual({
      "openinference.span.kind": "CHAIN",
      "graph.node.id": "draft",
      "graph.node.name": "draft",
      ...who
    })
  })

  it("says of a model call which model answered, and what in which form", () => {
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

  it("names the model that was asked where the one that answered is not known", () => {
    expect(openinference({ ...model, attributes: { model: "m" } })).toMatchObject({ "llm.model_name": "m" })
  })

  it("says of a tool which one was called, with what, and what it gave", () => {
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

  it("says of a library's span whose it is, and nothing else", () => {
    expect(openinference(library)).toEqual(who)
    expect(openinference(anonymous(library))).toEqual({})
  })

  it("says what kind each of our spans is, whatever else was recorded", () => {
    for (const span of everySpan.filter((each) => each !== library)) {
      const said = openinference(anonymous({ ...span, attributes: {} }))
      expect(Object.keys(said)).toEqual(["openinference.span.kind"])
      expect(said["openinference.span.kind"]).toMatch(/^(AGENT|CHAIN|LLM|TOOL)$/)
    }
  })
})
