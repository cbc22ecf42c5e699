/**
 * Recorded messages in the form of the GenAI conventions.
 *
 * Source: OpenTelemetry semantic conventions v1.41.1, `gen-ai-input-messages.json` and `gen-ai-output-messages.json`.
 */
import { describe, expect, it } from "@effect/vitest"
import { inputMessages, lastText, outputMessages } from "../../src/dialects/messages.js"

const said = (role: string, ...content: ReadonlyArray<object>) => JSON.stringify([{ role, content }])
const parts = (text: string | undefined) => JSON.parse(text!)[0].parts

describe("messages", () => {
  it("have a role and parts", () => {
    expect(JSON.parse(inputMessages(said("user", { type: "text", text: "hello" }))!)).toEqual([
      { role: "user", parts: [{ type: "text", content: "hello" }] }
    ])
    expect(parts(inputMessages("[{\"role\":\"system\",\"content\":\"be brief\"}]"))).toEqual([
      { type: "text", content: "be brief" }
    ])
  })

  it("have parts by their kind, and nothing of what files hold", () => {
    expect(parts(inputMessages(said(
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

  it("of an answer say why it ended, in the words of the conventions", () => {
    const reasonOf = (reason: string | undefined) =>
      JSON.parse(outputMessages(said("assistant", { type: "text", text: "3" }), reason)!)[0].finish_reason
    expect(["stop", "length", "tool-calls", "content-filter", undefined].map(reasonOf)).toEqual([
      "stop",
      "length",
      "tool_call",
      "content_filter",
      "stop"
    ])
  })

  it("that are already in that form stay in it", () => {
    const text = JSON.stringify([{ role: "user", parts: [{ type: "text", content: "hello" }] }])
    expect(inputMessages(text)).toBe(text)
  })

  it("that are none stay what they are: a text, one that was cut, nothing", () => {
    for (const text of ["hello", "[{\"role\":\"user\",\"con…[+10 chars]", "[1]", "{}", "null", undefined]) {
      expect(inputMessages(text)).toBe(text)
      expect(outputMessages(text, "stop")).toBe(text)
    }
  })

  it("that were left out of a long conversation are one that says how many", () => {
    const messages = [{ role: "system", content: "Be brief." }, "…[+12 items]", { role: "user", content: "And now?" }]
    expect(JSON.parse(inputMessages(JSON.stringify(messages))!)).toEqual([
      { role: "system", parts: [{ type: "text", content: "Be brief." }] },
      { role: "system", parts: [{ type: "text", content: "…[+12 items]" }] },
      { role: "user", parts: [{ type: "text", content: "And now?" }] }
    ])
    const texts = JSON.stringify(["…[+12 items]", "another text"])
    expect(inputMessages(texts)).toBe(texts)
  })

  it("give the text of the last one, and none where it has none", () => {
    const asked = JSON.stringify([{ role: "user", content: "first" }, {
      role: "user",
      content: [{ type: "text", text: "a" }, { type: "file" }, { type: "text", text: "b" }]
    }])
    expect(lastText(asked)).toBe("a\nb")
    for (const text of ["hello", "[]", said("user", { type: "file" })]) {
      expect(lastText(text)).toBeUndefined()
    }
  })
})
