import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { span } from "../readers/lines.js"
import { bundled } from "./bundle.js"
import { loom } from "./command.js"

let folder = ""
let file = ""
let client: Client

const lines = [
  span({
    name: "loom.model.stream",
    id: 3,
    parent: 2,
    attributes: { model: "m", tokens_in: 5, tokens_out: 1, cost_usd: 0.25, output_messages: "[\"Moths fly\"]" }
  }),
  span({
    name: "loom.tool",
    id: 4,
    parent: 2,
    attributes: { tool: "search", ok: false, arguments: "{\"q\":\"moths\"}" },
    outcome: "failure",
    exception: "Error: no such \u001b[2Jmoth"
  }),
  span({ name: "loom.run", id: 2, attributes: { agent: "a" } }),
  // So many traces that the answer would be too long.
  ...Array.from({ length: 1000 }, (_, at) => span({ trace: at + 2, id: 1, name: "other", start: -at }))
]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "loom-mcp-"))
  file = join(folder, "--json")
  writeFileSync(file, `${lines.join("\n")}\n`)
  client = new Client({ name: "test", version: "1" })
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [await bundled(), "mcp", file], stderr: "ignore" })
  )
})

afterAll(async () => {
  await client.close()
  rmSync(folder, { recursive: true })
})

const call = async (name: string, given: { readonly [name: string]: unknown } = {}) => {
  const { content, isError } = await client.callTool({ name, arguments: { ...given } })
  const [first] = content as ReadonlyArray<{ readonly text: string }>
  return { text: first!.text, isError }
}

const trace = "0".repeat(31) + "1"

describe("mcp", () => {
  it("lists its tools, all of them read-only", async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(
      ["list_traces", "show_trace", "conversation", "stats", "cost", "errors", "find", "doctor"]
    )
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
  })

  it.each<[string, { readonly [name: string]: unknown }, RegExp]>([
    ["list_traces", {}, /^0{31}1 2026-01-31T12:00:00\S* loom\.run 1\.0ms, 3 spans, 1 failed$/m],
    ["list_traces", {}, / other 1\.0ms, 1 span, 0 failed$/m],
    ["show_trace", { trace }, /loom\.run.*\n.*loom\.model\.stream[^]*loom\.tool/],
    ["conversation", { trace }, /output_messages: \["Moths fly"\]\n.*arguments: \{"q":"moths"\}/],
    ["stats", {}, /loom\.tool/],
    ["cost", { by: "model" }, /m .*0\.25/],
    ["errors", {}, /no such/],
    ["find", { name: "loom.t*", outcome: "failure" }, /^00000000\/0{7}\S* .*loom\.tool/],
    ["doctor", {}, /1,003 records/]
  ])("answers %s %j", async (name, given, text) => {
    const answer = await call(name, given)
    expect(answer.text).toMatch(text)
    expect(answer.text).not.toContain("\u001b")
    expect(answer.isError).toBe(false)
  })

  it("truncates long answers, and says so", async () => {
    const { text } = await call("list_traces")
    expect(text.length).toBeLessThan(31_000)
    expect(text).toContain("was truncated after")
  })

  it.each<[string, { readonly [name: string]: unknown }, string]>([
    ["nothing", {}, "no tool"],
    ["show_trace", {}, "missing argument: trace"],
    ["show_trace", { trace: "ffff" }, "no trace id starts with"],
    ["find", { "fail-if": "found > 0" }, "unknown argument"],
    ["find", { name: 1 }, "not a string"],
    ["find", { outcome: "--json" }, "expected"]
  ])("answers %s %j with an error that an agent can read", async (name, given, text) => {
    expect(await call(name, given)).toEqual({ text: expect.stringContaining(text), isError: true })
  })

  it("writes nothing", async () => {
    expect(readdirSync(folder)).toEqual(["--json"])
    expect(readFileSync(file, "utf8")).toBe(`${lines.join("\n")}\n`)
  })

  it("needs files, and ends with its input", async () => {
    expect(await loom(["mcp"])).toMatchObject({ code: 2, stderr: expect.stringContaining("name at least one") })
    expect(await loom(["mcp", file])).toMatchObject({ code: 0, stdout: "" })
    expect((await loom(["mcp", "--help"])).stdout).not.toContain("reads standard input")
  })
})
