/**
 * The examples about recording and reading print what they promise.
 */
import { describe, expect, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { folder, patience, printed, stable } from "./printed.js"
import { runProgram } from "./runProgram.js"

describe("the examples about recording and reading print", patience, () => {
  it("14-redaction: secrets hidden by key, by format, in a URL and in an error, and a pseudonym for the user", async () => {
    const lines = (await printed("14-redaction.ts")).map((line) => line.replace(/\(\d+\.\dms\)/, "(…ms)"))
    const user = "user_id=u_40d5e6e3792293e9e4723831de33bb16"
    expect(lines).toEqual([
      `• checkout (…ms) iban=<redacted>, note="<redacted> with key <redacted>", ${user}`,
      `  • request (…ms) headers="{\\"x-api-key\\":\\"<redacted>\\",\\"accept\\":\\"*/*\\"}", tokens_in=12, ${user}, ` +
      "url=\"https://<redacted>@api.test/v1/orders?customer=<redacted>&code=<redacted>\", status=401 " +
      "[ERROR: refused: Authorization: <redacted>]"
    ])
  })

  it("15-sampling: all traces without the noise, the failed one in the store, and every measurement", async () => {
    const lines = await printed("15-sampling.ts")
    expect(lines.map((line) => line.replace(/ \(\d+\.\dms\)/, ""))).toEqual([
      "• answer",
      "  • search query=effect",
      "• answer",
      "  • search query=\"\" [ERROR: empty query]",
      "• answer",
      "  • search query=telemetry",
      "stored: search, http.client GET, answer (3 spans kept, 6 dropped)",
      "searches: 3"
    ])
  })

  it("16-reading: the tree with its usage, tokens by user, tools with their percentiles, and the torn line", async () => {
    const lines = await printed("16-reading.ts")
    expect(stable(lines.slice(0, 3))).toEqual([
      "• loom.run (…ms) agent=arithmetic, model=ScriptedModel [42 in, 12 out, $0.00031]",
      "  • loom.turn (…ms) turn=0 [30 in, 8 out, $0.00021]",
      "    • loom.model.stream (…ms) model=ScriptedModel [30 in, 8 out, $0.00021]"
    ])
    expect(lines).toContain("alice: 42 tokens in, 12 out")
    expect(lines.at(-2)).toMatch(/^add: called 1 times, 0 failed, 95% within [\d.]+ ms$/)
    expect(lines.at(-1)).toMatch(/^warning torn-line, line \d+: /)
  })

  it("18-page: four runs in a file, with a failed tool, an interrupted run and exact durations, and how to look at them", async () => {
    const temporary = mkdtempSync(join(tmpdir(), "loom-page-example-"))
    try {
      const path = join(temporary, "traces.jsonl")
      const { exitCode, stderr, stdout } = await runProgram(`${folder}18-page.ts`, {}, [path])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
      expect(stdout).toBe(
        "Release 4.12.0 cut the pool from 40 to 4. 16410 tokens in, $0.034.\n" +
          `npx loom-telemetry view --open ${path}\n`
      )
      const records = readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))
      const roots = records.filter(({ kind, parent_span_id }) => kind === "span" && parent_span_id === null)
      expect(roots.map(({ attributes, duration_ms, outcome }) => [attributes.agent, duration_ms, outcome])).toEqual([
        ["metrics", 3908, "success"],
        ["logs", 5000, "interrupted"],
        ["metrics", 3908, "success"],
        ["on-call", 14552, "success"]
      ])
      expect(new Set(records.filter(({ outcome }) => outcome === "failure").map(({ attributes }) => attributes.tool)))
        .toEqual(new Set(["search_logs"]))
    } finally {
      rmSync(temporary, { recursive: true, force: true })
    }
  })
})
