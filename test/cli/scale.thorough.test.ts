/**
 * `stats` on a large file takes constant memory, and shows correct numbers and progress; `find` takes a few bytes for each trace.
 *
 * `LOOM_LARGE_MB` sets the size in megabytes, 256 by default; `.ci/run` uses 2,048. The file is written piece by piece to the system's temporary directory.
 */
import { expect, it } from "@effect/vitest"
import { measured, writeLarge } from "./largeFile.js"
import { folder } from "./samples.js"

const megabytes = Number(process.env["LOOM_LARGE_MB"] ?? 256)

it("stats takes no more memory for a large file than for a small one", async () => {
  const files = folder()
  try {
    const traces = await writeLarge(files.path("large.jsonl"), megabytes)
    const { code, peak, stderr, stdout } = await measured(["stats", "--json", "--progress", files.path("large.jsonl")])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      spans: traces * 4,
      traces,
      failures: traces / 5,
      bad: 0,
      usage: { cost_usd: traces / 4, tokens_in: traces * 100 }
    })
    const shares = stderr.match(/\d+(?=%)/g)?.map(Number) ?? []
    expect(shares.length).toBeGreaterThan(megabytes / 20)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    process.stderr.write(`stats of ${megabytes} MB: ${Math.round(peak)} MB of memory at most\n`)
    expect(peak).toBeLessThan(320)
    const found = await measured([
      "find",
      "--name",
      "loom.tool",
      "--attr",
      "user_id=user 7",
      "--json",
      files.path("large.jsonl")
    ])
    expect(found.code).toBe(0)
    expect(found.stdout.split("\n").length - 1).toBe(traces / 50)
    process.stderr.write(`find in ${megabytes} MB: ${Math.round(found.peak)} MB of memory at most\n`)
    expect(found.peak).toBeLessThan(200 + 100 * megabytes / 1000)
  } finally {
    files.remove()
  }
}, 1_800_000)
