/**
 * Messages that producers write as events of a span.
 */
import { describe, expect, it } from "@effect/vitest"
import { entriesOf, TraceTree } from "loom-telemetry/readers"
import { span } from "../readers/lines.js"

const json = JSON.stringify

describe("messages in the events of a span", () => {
  const event = (name: string, attributes: object) => ({ name, time: "2026-01-31T12:00:00.000000Z", attributes })
  const meant = (attributes: object, ...events: ReadonlyArray<unknown>): object => {
    const entries = entriesOf(`${span({ id: 1, name: "chat", attributes: { ...attributes }, events })}\n`)
    return TraceTree.fromEntries(entries).traces[0]!.roots[0]!.meaning.attributes
  }
  const chat = { "gen_ai.operation.name": "chat" }

  it("become its input and output", () => {
    expect(meant(
      chat,
      event("gen_ai.system.message", { content: "Be brief." }),
      event("gen_ai.user.message", { content: "[{\"text\":\"hi\"}]" }),
      event("gen_ai.tool.message", { id: "c1", content: "3" }),
      event("gen_ai.choice", { finish_reason: "tool_use", message: "[{\"text\":\"hello\"}]" })
    )).toMatchObject({
      input_messages: json([
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ text: "hi" }] },
        { role: "tool", content: "3", tool_call_id: "c1" }
      ]),
      output_messages: json([{ role: "assistant", content: [{ text: "hello" }] }]),
      finish_reason: "tool_use"
    })
  })

  it("may be written as one JSON string each", () => {
    expect(meant(
      chat,
      event("gen_ai.user.message", { "gen_ai.event.content": json({ role: "user", content: "hi" }) }),
      event("gen_ai.choice", { "gen_ai.event.content": json({ message: { content: "hello" } }) })
    )).toMatchObject({
      input_messages: json([{ role: "user", content: "hi" }]),
      output_messages: json([{ role: "assistant", content: "hello" }])
    })
  })

  it("may all be in one event for input or output", () => {
    const details = event("gen_ai.client.inference.operation.details", { "gen_ai.output.messages": "[1]" })
    expect(meant(chat, details)).toMatchObject({ output_messages: "[1]" })
    expect(meant(chat, event("gen_ai.content.prompt", { "gen_ai.prompt": "hi" }))).toMatchObject({
      input_messages: "hi"
    })
  })

  it("are ignored if attributes state the same, and on spans without a role", () => {
    const asked = event("gen_ai.user.message", { content: "hi" })
    expect(meant({ ...chat, "gen_ai.input.messages": "[]" }, asked)).toMatchObject({ input_messages: "[]" })
    expect(meant({}, asked)).toEqual({})
  })

  it("become arguments and result on the span of a tool", () => {
    expect(meant(
      { "gen_ai.operation.name": "execute_tool" },
      event("gen_ai.tool.message", { role: "tool", content: "{\"a\":1}", id: "c1" }),
      event("gen_ai.choice", { message: "[{\"text\":\"3\"}]", id: "c1" })
    )).toMatchObject({ arguments: "{\"a\":1}", result: "[{\"text\":\"3\"}]" })
  })
})
