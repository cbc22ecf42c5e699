/**
 * `cassette check` shows what can be played, and what is missing.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { tapeSum } from "../../src/records/tape.js"
import { file, span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

const whole = { input_messages: "[]", response_parts: "[]" }
const tape = JSON.stringify({ arrivals: [], input_messages: tapeSum("[]"), response_parts: tapeSum("[]") })
const model = "loom.model.stream"

let files: Samples
beforeAll(() => {
  files = folder()
  files.write("whole.jsonl", file(span({ id: 1, name: model, attributes: { ...whole, tape } })))
  files.write(
    "missing.jsonl",
    file(
      span({ id: 1, name: model }),
      span({ id: 2, name: model, attributes: { ...whole, response_parts: "[{", tape } }),
      span({ id: 3, name: model, attributes: { ...whole, input_messages: "[\"<redacted>\"]", tape } }),
      span({ id: 4, name: "loom.tool", attributes: { tool: "add" }, outcome: "interrupted" })
    )
  )
})
afterAll(() => files.remove())

describe("cassette check", { timeout: 60_000 }, () => {
  it("says that a trace can be played", async () => {
    expect(await loom(["cassette", "check", files.path("whole.jsonl")])).toMatchObject({
      code: 0,
      stdout: `${"1".padStart(32, "0")}: 1 model call, 0 tool calls, can be played\n`
    })
  })

  it("names each span that cannot be played and why, and exits with code 1", async () => {
    const ended = await loom(["cassette", "check", "--json", files.path("missing.jsonl")])
    expect(ended.code).toBe(1)
    expect(documents(ended)).toMatchObject([{
      model_calls: 3,
      tool_calls: 1,
      missing: [
        { reason: "content-off", request_only: false },
        { reason: "cut", request_only: false },
        { reason: "redacted", request_only: true },
        { reason: "unfinished", request_only: false }
      ]
    }])
  })
})
