/**
 * Commands that read whole traces hold one at a time, so their memory does not grow with the file.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { installedIn } from "./bundle.js"
import { measured, writeLarge, writeRepeated } from "./largeFile.js"
import { folder, type Samples } from "./samples.js"

const megabytes = 64

let files: Samples
let traces: number
beforeAll(async () => {
  files = folder()
  traces = await writeLarge(files.path("a.jsonl"), megabytes, { version: "1" })
  await writeLarge(files.path("b.jsonl"), megabytes, { version: "2" })
}, 600_000)
afterAll(() => files.remove())

describe("memory", { timeout: 600_000 }, () => {
  it.each<readonly [ReadonlyArray<string>, number]>([
    [["doctor"], 0],
    [["export", "--to", "collapsed", "--weight", "cost"], 0],
    [["cassette", "check", "--json"], 1],
    [["diff", "--by", "case", "b.jsonl"], 0],
    [["diff", "b.jsonl"], 0]
  ])("%j takes less than 220 MB", async ([name, ...more], code) => {
    const paths = more.map((each) => each.endsWith(".jsonl") ? files.path(each) : each)
    const ended = await measured([name!, ...paths, files.path("a.jsonl")])
    process.stderr.write(`${name} of ${megabytes} MB: ${Math.round(ended.peak)} MB of memory at most\n`)
    expect(ended.code).toBe(code)
    expect(ended.peak).toBeLessThan(220)
    if (name === "diff" && more.length === 1) {
      // Four changed spans in each trace: more than is kept, so the runs are compared twice.
      expect(ended.stdout.match(/^~ /gm)?.length).toBe(traces * 4)
    }
  })

  it("does not grow with dataset add if no case is added", async () => {
    const { peak, stderr } = await measured(["dataset", "add", files.path("cases.jsonl"), files.path("a.jsonl")])
    expect(stderr).toContain(`and ${(traces - 5).toLocaleString("en-US")} more traces`)
    expect(peak).toBeLessThan(220)
  })

  it("of sql stays within DuckDB's limit, because the rest goes to a temporary file", async () => {
    const megabytes = 1200
    const path = files.path("repeated.jsonl.gz")
    const spans = writeRepeated(path, megabytes, { content: "what was said ".repeat(400) })
    const query = "select count(*)::int as spans from spans"
    const ended = await measured(["sql", "--json", query, path], await installedIn(files.path(".")))
    process.stderr.write(`sql of ${megabytes} MB: ${Math.round(ended.peak)} MB of memory at most\n`)
    expect(JSON.parse(ended.stdout)).toMatchObject({ spans })
    // 1,400 without the limit.
    expect(ended.peak).toBeLessThan(1150)
  })
})
