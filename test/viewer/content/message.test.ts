import { describe, expect, it } from "vitest"
import { messagesOf } from "../../../src/viewer/model/content/message.js"

const partsOf = (content: unknown, role = "user") => messagesOf([{ role, content }], "user")[0]!.parts

const call = { kind: "call", id: "c1", name: "add", arguments: { a: 1 } }
const result = { kind: "result", id: "c1", name: "add", value: { sum: 3 }, failed: false }

describe("messages", () => {
  it.each<readonly [string, unknown, object]>([
    ["this package", { type: "tool-call", id: "c1", name: "add", params: { a: 1 } }, call],
    ["the GenAI conventions", { type: "tool_call", id: "c1", name: "add", arguments: { a: 1 } }, call],
    ["Anthropic", { type: "tool_use", id: "c1", name: "add", input: { a: 1 } }, call],
    [
      "OpenAI's responses",
      { type: "function_call", call_id: "c1", id: "fc", name: "add", arguments: "{\"a\":1}" },
      call
    ],
    ["the AI SDK", { type: "tool-call", toolCallId: "c1", toolName: "add", input: { a: 1 } }, call],
    ["Gemini", { functionCall: { id: "c1", name: "add", args: { a: 1 } } }, call],
    ["ADK", { function_call: { id: "c1", name: "add", args: { a: 1 } } }, call],
    ["Bedrock", { toolUse: { toolUseId: "c1", name: "add", input: { a: 1 } } }, call],
    ["Genkit", { toolRequest: { ref: "c1", name: "add", input: { a: 1 } } }, call],
    ["Gemini", { functionResponse: { id: "c1", name: "add", response: { sum: 3 } } }, result],
    ["Genkit", { toolResponse: { ref: "c1", name: "add", output: { sum: 3 } } }, result],
    [
      "Bedrock",
      { toolResult: { toolUseId: "c1", content: [{ text: "3" }] } },
      { ...result, name: "", value: [{ text: "3" }] }
    ],
    ["this package", { type: "tool-result", id: "c1", name: "add", result: { sum: 3 }, isFailure: false }, result],
    ["the GenAI conventions", { type: "tool_call_response", id: "c1", name: "add", response: { sum: 3 } }, result],
    ["Anthropic", { type: "tool_result", tool_use_id: "c1", name: "add", content: "{\"sum\":3}" }, result],
    ["the AI SDK", { type: "tool-result", toolCallId: "c1", toolName: "add", output: { sum: 3 } }, result],
    ["Anthropic", { type: "thinking", thinking: "hm" }, { kind: "reasoning", text: "hm" }],
    ["the GenAI conventions", { type: "reasoning", content: "hm" }, { kind: "reasoning", text: "hm" }],
    ["OpenAI's responses", { type: "output_text", text: "yes" }, { kind: "text", text: "yes" }]
  ])("have one form, including what %s writes: %j", (_, part, read) => {
    expect(partsOf([part])).toEqual([read])
  })

  it("include OpenAI's calls and answers, which are outside the content", () => {
    expect(
      messagesOf(
        [
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "c1", function: { name: "add", arguments: "{\"a\":1}" } }]
          },
          { role: "tool", tool_call_id: "c1", name: "add", content: "{\"sum\":3}" }
        ],
        "user"
      ).map(({ parts }) => parts)
    ).toEqual([[call], [result]])
  })

  it.each<readonly [unknown, object]>([
    [
      {
        type: "file",
        mediaType: "image/png",
        data: { kind: "image", media_type: "image/png", size: 9, digest: "sha256:1" }
      },
      { type: "image/png", size: 9, source: "sha256:1" }
    ],
    [{ type: "image", source: { media_type: "image/jpeg", data: "AAAA" } }, {
      type: "image/jpeg",
      size: 3,
      source: ""
    }],
    [{ type: "image_url", image_url: { url: "data:image/gif;base64,AAAAAAAA" } }, {
      type: "image/gif",
      size: 6,
      source: ""
    }],
    [
      { type: "image_url", image_url: { url: "https://example.invalid/a.png" } },
      { type: "image_url", size: undefined, source: "https://example.invalid/a.png" }
    ],
    [{ type: "blob", mime_type: "audio/wav", content: "AAAA" }, { type: "audio/wav", size: 3, source: "" }],
    [
      { type: "generic", generic_type: "file", mime_type: "image/png", name: "a.png" },
      { type: "image/png", size: undefined, source: "a.png" }
    ]
  ])("describe media, and never contain its bytes: %j", (part, note) => {
    expect(partsOf([part])).toEqual([{ kind: "media", ...note }])
  })

  it("are read from text, JSON text, bare parts, and an object that contains them", () => {
    const expected = [{ role: "system", parts: [{ kind: "text", text: "Be brief." }], omitted: 0 }]
    expect(messagesOf("Be brief.", "system")).toEqual(expected)
    expect(messagesOf("[{\"type\":\"text\",\"content\":\"Be brief.\"}]", "system")).toEqual(expected)
    expect(messagesOf({ messages: [{ role: "system", content: "Be brief." }] }, "user")).toEqual(expected)
    expect(messagesOf([{ message: { role: "system", content: "Be brief." } }], "user")).toEqual(expected)
  })

  it("say how many messages the record omitted", () => {
    expect(messagesOf(["…[+12 items]", { role: "user", content: "x" }], "user")[0]).toEqual({
      role: "",
      parts: [],
      omitted: 12
    })
  })

  it("keep unknown parts", () => {
    expect(partsOf([{ type: "new", shape: 1 }, null, 7, "text"])).toEqual([
      { kind: "other", value: { type: "new", shape: 1 } },
      { kind: "other", value: null },
      { kind: "other", value: 7 },
      { kind: "text", text: "text" }
    ])
  })

  it.each([undefined, null, "", "[", "{}", "[]", "[[]]", "{\"role\":5}", "[null]", 5, true, { __proto__: null }])(
    "are read from any value without an error: %j",
    (value) => {
      expect(messagesOf(value, "user").every(({ parts }) => Array.isArray(parts))).toBe(true)
    }
  )
})
