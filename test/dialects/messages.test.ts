/**
 * Recorded messages in the form of the GenAI conventions.
 *
 * Source: `gen-ai-input-messages.json` and `gen-ai-output-messages.json` in OpenTelemetry semantic conventions v1.41.1 and in the GenAI conventions'
 * own repository.
 */
import { describe, expect, it } from "@effect/vitest"
import * as form from "../../src/dialects/genai/messages.js"

const { lastText, messages01, messages1411 } = form
const inputMessages = (text: string | undefined) => form.inputMessages(text, messages1411)
const outputMessages = (text: string | undefined, reason: string | undefined) =>
  form.outputMessages(text, reason, messages1411)

const messageOf = (role: string, ...content: ReadonlyArray<object>) => JSON.stringify([{ role, content }])
const parts = (text: string | undefined) => JSON.parse(text!)[0].parts

describe("messages", () => {
  it("have a role and parts", () => {
    expect(JSON.parse(inputMessages(messageOf("user", { type: "text", text: "hello" }))!)).toEqual([
      { role: "user", parts: [{ type: "text", content: "hello" }] }
    ])
    expect(parts(inputMessages("[{\"role\":\"system\",\"content\":\"be brief\"}]"))).toEqual([
      { type: "text", content: "be brief" }
    ])
  })

  it("have one part per kind, without the content of files", () => {
    expect(parts(inputMessages(messageOf(
      "user",
      { type: "reasoning", text: "hm" },
      { type: "tool-call", id: "c1", name: "add", params: { a: 1 } },
      { type: "tool-result", id: "c1", name: "add", result: 3 },
      { type: "tool-result", id: "c2", name: "add", result: null },
      { type: "file", mediaType: "image/png", fileName: "a.png", data: "AAAA" },
      { type: "other", x: 1 }
    )))).toEqual([
      { type: "reasoning", content: "hm" },
      { type: "tool_call", id: "c1", name: "add", arguments: { a: 1 } },
      { type: "tool_call_response", id: "c1", response: 3 },
      { type: "tool_call_response", id: "c2", response: "" },
      { type: "file", mime_type: "image/png", name: "a.png" },
      { type: "other", x: 1 }
    ])
  })

  it("have a finish reason from the conventions if they are a response", () => {
    const reasonOf = (reason: string | undefined) =>
      JSON.parse(outputMessages(messageOf("assistant", { type: "text", text: "3" }), reason)!)[0].finish_reason
    expect(["stop", "length", "tool-calls", "content-filter", undefined].map(reasonOf)).toEqual([
      "stop",
      "length",
      "tool_call",
      "content_filter",
      "stop"
    ])
  })

  it("are unchanged if they already have this form", () => {
    const text = JSON.stringify([{ role: "user", parts: [{ type: "text", content: "hello" }] }])
    expect(inputMessages(text)).toBe(text)
  })

  it("are unchanged if they are anything else: text, truncated JSON, nothing", () => {
    for (const text of ["hello", "[{\"role\":\"user\",\"con…[+10 chars]", "[1]", "{}", "null", undefined]) {
      expect(inputMessages(text)).toBe(text)
      expect(outputMessages(text, "stop")).toBe(text)
    }
  })

  it("are replaced by a message with their number if they were omitted from a long conversation", () => {
    const messages = [{ role: "system", content: "Be brief." }, "…[+12 items]", { role: "user", content: "And now?" }]
    expect(JSON.parse(inputMessages(JSON.stringify(messages))!)).toEqual([
      { role: "system", parts: [{ type: "text", content: "Be brief." }] },
      { role: "system", parts: [{ type: "text", content: "…[+12 items]" }] },
      { role: "user", parts: [{ type: "text", content: "And now?" }] }
    ])
    const texts = JSON.stringify(["…[+12 items]", "another text"])
    expect(inputMessages(texts)).toBe(texts)
  })

  it("provide the text of the last one, if it has any", () => {
    const asked = JSON.stringify([{ role: "user", content: "first" }, {
      role: "user",
      content: [{ type: "text", text: "a" }, { type: "file" }, { type: "text", text: "b" }]
    }])
    expect(lastText(asked)).toBe("a\nb")
    for (const text of ["hello", "[]", messageOf("user", { type: "file" })]) {
      expect(lastText(text)).toBeUndefined()
    }
  })

  it("do not repeat the finish reason in version 0.1, and parts of unknown types are generic", () => {
    const text = messageOf(
      "assistant",
      { type: "text", text: "3" },
      { type: "file", mediaType: "image/png", fileName: "a.png", data: "AAAA" },
      { type: "other", x: 1 }
    )
    const expected = [
      { type: "text", content: "3" },
      { type: "generic", generic_type: "file", mime_type: "image/png", name: "a.png" },
      { type: "generic", generic_type: "other", x: 1 }
    ]
    expect(JSON.parse(form.outputMessages(text, "stop", messages01)!)).toEqual([{ role: "assistant", parts: expected }])
    expect(JSON.parse(form.inputMessages(text, messages01)!)).toEqual([{ role: "assistant", parts: expected }])
  })

  it("keep parts of known types in version 0.1", () => {
    const known = [
      { type: "text", content: "a" },
      { type: "reasoning", content: "b" },
      { type: "tool_call", id: "c1", name: "add", arguments: {} },
      { type: "tool_call_response", id: "c1", response: 3 },
      { type: "blob", modality: "image", content: "" },
      { type: "uri", modality: "image", uri: "https://example.com/a.png" },
      { type: "file", modality: "image", file_id: "f1" },
      { type: "generic", generic_type: "x" }
    ]
    const text = JSON.stringify([{ role: "user", parts: known }])
    expect(form.inputMessages(text, messages01)).toBe(text)
  })
})
