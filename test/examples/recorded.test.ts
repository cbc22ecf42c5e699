/**
 * The examples about what is recorded, and about reading it back, print what they promise.
 */
import { describe, expect, it } from "@effect/vitest"
import { patience, printed, stable } from "./printed.js"

describe("the examples about what is recorded", patience, () => {
  it("14-redaction: what is hidden by key, by form, in a URL and in an error, and the user under another name", async () => {
    const lines = (await printed("14-redaction.ts")).map((line) => line.replace(/\(\d+\.\dms\)/, "(…ms)"))
    const user = "user_id=u_40d5e6e3792293e9e4723831de33bb16"
    expect(lines).toEqual([
      `• checkout (…ms) iban=<redacted>, note="<redacted> with key <redacted>", ${user}`,
      `  • request (…ms) headers="{\\"x-api-key\\":\\"<redacted>\\",\\"accept\\":\\"*/*\\"}", tokens_in=12, ${user}, ` +
      "url=\"https://<redacted>@api.test/v1/orders?customer=<redacted>&code=<redacted>\", status=401 " +
      "[ERROR: refused: Authorization: <redacted>]"
    ])
  })

  it("15-sampling: all traces without the noise, the one that failed in the store, and every measurement", async () => {
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

  it("16-reading: the tree with what it used, tokens by user, tools with their percentiles, and the torn line", async () => {
    const lines = await printed("16-reading.ts")
    expect(stable(lines.slice(0, 3))).toEqual([
      "• loom.run (…ms) agent=arithmetic, model=ScriptedModel [42 in, 12 out, $0.00012]",
      "  • loom.turn (…ms) turn=0 [30 in, 8 out, $0.000084]",
      "    • loom.model.stream (…ms) model=ScriptedModel [30 in, 8 out, $0.000084]"
    ])
    expect(lines).toContain("alice: 42 tokens in, 12 out")
    expect(lines.at(-2)).toMatch(/^add: called 1 times, 0 failed, 95 % within [\d.]+ ms$/)
    expect(lines.at(-1)).toMatch(/^warning torn-line, line \d+: /)
  })
})
