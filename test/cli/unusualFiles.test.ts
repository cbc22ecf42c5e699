/**
 * Unusual but valid trace files are read by every command.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { gzipSync } from "node:zlib"
import { span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

const line = span({ id: 1, name: "loom.run", attributes: { agent: "a" } })

describe("an unusual trace file", { concurrent: true, timeout: 60_000 }, () => {
  const other = span({ id: 2, name: "loom.run", attributes: { agent: "b" } })
  const both = `${line}\n${other}\n`
  const withAgent = (json: string): string => `${line.replace("\"agent\":\"a\"", json)}\n`
  const longText = "x".repeat(50 * 1024 * 1024)

  it.each<readonly [what: string, content: string | Uint8Array, agents: ReadonlyArray<string>]>([
    ["two gzip members", Buffer.concat([gzipSync(`${line}\n`), gzipSync(`${other}\n`)]), ["a", "b"]],
    [
      "a record split across two gzip members",
      Buffer.concat([gzipSync(both.slice(0, 60)), gzipSync(both.slice(60))]),
      ["a", "b"]
    ],
    ["an empty gzip member", gzipSync(""), []],
    ["lines that end with CRLF", both.replaceAll("\n", "\r\n"), ["a", "b"]],
    ["no newline at the end", both.trimEnd(), ["a", "b"]],
    ["a line of 50 MiB", gzipSync(withAgent(`"agent":"a","content":"${longText}"`)), ["a"]],
    ["the same key twice", withAgent("\"agent\":\"a\",\"agent\":\"b\""), ["b"]],
    ["half a surrogate pair", withAgent("\"agent\":\"\\ud800\""), ["\ud800"]],
    ["NUL in a text", withAgent("\"agent\":\"a\\u0000b\""), ["a\0b"]],
    ["numbers that are too large", withAgent("\"agent\":\"a\",\"tokens_in\":1e400,\"cost_usd\":-1e400"), ["a"]],
    ["zeros after the last record", `${both}${"\0".repeat(4096)}`, ["a", "b"]],
    [
      "OTLP from before version 0.15",
      JSON.stringify({
        resourceSpans: [{
          instrumentationLibrarySpans: [{
            instrumentationLibrary: { name: "old" },
            spans: [{
              traceId: "1".repeat(32),
              spanId: "1".repeat(16),
              name: "invoke_agent a",
              startTimeUnixNano: "1",
              endTimeUnixNano: "2",
              attributes: [
                { key: "gen_ai.operation.name", value: { stringValue: "invoke_agent" } },
                { key: "gen_ai.agent.name", value: { stringValue: "a" } }
              ]
            }]
          }]
        }]
      }),
      ["a"]
    ]
  ])("is read: %s", async (what, content, agents) => {
    const ended = await loom([
      "stats",
      "--by",
      "agent",
      "--json",
      files.write(`${what.replace(/\W/g, "-")}.x`, content)
    ])
    expect(ended.code).toBe(0)
    const [summary] = documents(ended) as [
      { readonly by: { readonly agent: ReadonlyArray<{ readonly label: string }> } }
    ]
    expect(summary.by.agent.map(({ label }) => label).sort()).toEqual(agents)
    expect(summary).toMatchObject({ usage: { tokens_in: 0, cost_usd: null } })
  })

  it("is rejected together with a file that is not a trace file", async () => {
    const [good, bad] = [files.write("good.jsonl", `${line}\n`), files.write("bad.jsonl", "hello\n")]
    for (const command of ["stats", "tree", "find", "errors", "doctor", "cost"]) {
      const { code, stderr } = await loom([command, good, bad])
      expect({ command, code }).toEqual({ command, code: 3 })
      expect(stderr).toContain(`no records in ${bad}`)
    }
  })
})
