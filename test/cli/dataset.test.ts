/**
 * `dataset add`: which traces become cases, what it refuses, and what it does to the file.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Dataset } from "loom-telemetry/evals"
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { file, score, span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

const id = (trace: number): string => String(trace).padStart(32, "0")
const asked = (text: string) => [{ role: "user", content: [{ type: "text", text }] }]
const run = (trace: number, text: string | undefined, output?: string, outcome?: string) =>
  span({
    id: trace * 10,
    trace,
    name: "loom.run",
    start: trace * 100,
    attributes: { agent: "geographer", ...(text !== undefined && { input: JSON.stringify(asked(text)) }), output },
    ...(outcome !== undefined && { outcome })
  })

let files: Samples
let next = 0
/** A path without a file. */
const fresh = () => files.path(`cases-${next++}.jsonl`)
const cases = (
  path: string
): ReadonlyArray<{ readonly id: string; readonly input: unknown; readonly expected?: unknown }> =>
  readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
const ids = (path: string) => cases(path).map((each) => Number(each.id))

beforeAll(() => {
  files = folder()
  files.write(
    "traces.jsonl",
    file(
      run(1, "France?", "Paris"),
      score({ name: "feedback.thumbs", value: 1, trace: 1 }),
      run(2, "Italy?", "Milan"),
      score({ name: "feedback.thumbs", value: 0, label: "down", trace: 2 }),
      span({ id: 30, trace: 3, name: "GET /", start: 300 }),
      run(4, "Spain?", undefined, "failure"),
      score({ name: "exact", value: 0.2, trace: 4, id: 40 })
    )
  )
  files.write("uncaptured.jsonl", file(run(1, "France?", "Paris"), run(5, undefined, "?")))
  files.write("others.jsonl", file(span({ id: 30, trace: 3, name: "GET /" })))
})
afterAll(() => files.remove())

const traces = () => files.path("traces.jsonl")

describe("dataset add", { timeout: 60_000 }, () => {
  it("adds the input of each agent run once, to a dataset that can be read", async () => {
    const path = fresh()
    expect(await loom(["dataset", "add", path, traces()])).toMatchObject({
      code: 0,
      stdout: `added 3 cases to ${path}\n`,
      stderr: "skipped 1 trace without an agent run\n"
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const { cases: read } = await Effect.runPromise(
      Dataset.parse(readFileSync(path, "utf8"), { input: Schema.Unknown })
    )
    expect(read).toEqual([[1, "France?"], [2, "Italy?"], [4, "Spain?"]].map(([trace, text]) => ({
      id: id(Number(trace)),
      input: asked(String(text)),
      expected: undefined,
      metadata: {}
    })))
    const again = await loom(["dataset", "add", path, traces()])
    expect(again).toMatchObject({ code: 0, stdout: `added 0 cases to ${path}\n` })
    expect(again.stderr).toContain("3 cases already in the dataset")
    expect(ids(path)).toEqual([1, 2, 4])
  })

  it.each<readonly [ReadonlyArray<string>, ReadonlyArray<number>]>([
    [["--score", "feedback.thumbs=0"], [2]],
    [["--score", "feedback.thumbs=down"], [2]],
    [["--score", "exact<0.5"], [4]],
    [["--outcome", "failure"], [4]],
    [["--attr", "output=Paris"], [1]],
    [["--attr", "agent=geographer", "--score", "feedback.thumbs>=0"], [1, 2]],
    [["--name", "loom.run", "--limit", "2"], [1, 2]],
    [["--trace", id(4)], [4]],
    [["--score", "misspelled<1"], []]
  ])("%j selects the traces %j", async (conditions, expected) => {
    const path = fresh()
    const run = await loom(["dataset", "add", "--json", ...conditions, path, traces()])
    expect(run.code).toBe(0)
    expect((documents(run) as ReadonlyArray<{ readonly id: string }>).map((each) => Number(each.id))).toEqual(expected)
    expect(existsSync(path) ? ids(path) : []).toEqual(expected)
  })

  it("says if no trace meets the conditions", async () => {
    const { stderr } = await loom(["dataset", "add", "--name", "misspelled", fresh(), traces()])
    expect(stderr).toContain("no trace meets the conditions")
  })

  it("says how many cases are beyond the limit", async () => {
    const { stderr } = await loom(["dataset", "add", "--limit", "1", fresh(), traces()])
    expect(stderr).toContain("2 more cases not added: --limit 0 adds all")
  })

  it("writes the expected answer if one is given", async () => {
    const path = fresh()
    await loom(["dataset", "add", "--trace", id(2), "--expected", "Rome", path, traces()])
    await loom(["dataset", "add", "--expect-answer", path, traces()])
    expect(cases(path).map(({ expected }) => expected)).toEqual(["Rome", "Paris", undefined])
  })

  it("reads standard input, even if it is compressed", async () => {
    const path = fresh()
    const { code } = await loom(["dataset", "add", path], { input: gzipSync(readFileSync(traces())) })
    expect([code, ids(path)]).toEqual([0, [1, 2, 4]])
  })

  it("starts on a new line in a dataset that was edited by hand, and keeps its content", async () => {
    const path = files.write("edited.jsonl", "\ufeff{\"input\":\"mine\"}")
    await loom(["dataset", "add", "--trace", id(1), path, traces()])
    expect(readFileSync(path, "utf8").split("\n")).toEqual([
      "\ufeff{\"input\":\"mine\"}",
      JSON.stringify({ id: id(1), input: asked("France?") }),
      ""
    ])
  })

  it("warns if part of the input is missing", async () => {
    const path = files.write(
      "cut.jsonl",
      file(run(1, "my password is <redacted>"), run(2, `long…[+9000 chars]`), run(3, "whole"))
    )
    const { stderr } = await loom(["dataset", "add", fresh(), path])
    expect(stderr.trimEnd().split("\n")).toEqual(
      [1, 2].map((trace) => `trace ${id(trace)}: part of the input was truncated or redacted; edit its case`)
    )
  })

  it("keeps every character, and escapes those that a terminal would interpret", async () => {
    const hostile = "\u001b[2J\u2028\u2029\u202e\ud83d\ude00\"\\\n__proto__"
    const [path, trace] = [fresh(), files.write("hostile.jsonl", file(run(1, hostile)))]
    const { stdout } = await loom(["dataset", "add", "--json", path, trace])
    expect(stdout).toMatch(/^[\x20-\x7e\ud83d\ude00]*\n$/)
    expect(cases(path)[0]?.input).toEqual(asked(hostile))
  })

  it("loses no case when several processes add at once, and leaves a dataset that can be read", async () => {
    const path = fresh()
    const runs = await Promise.all(
      [1, 2, 4, 1, 2, 4].map((trace) => loom(["dataset", "add", "--trace", id(trace), path, traces()]))
    )
    expect(new Set(runs.map(({ code }) => code))).toEqual(new Set([0]))
    const read = await Effect.runPromise(Dataset.parse(readFileSync(path, "utf8"), { input: Schema.Unknown }))
    expect(read.cases.map((each) => Number(each.id)).sort()).toEqual([1, 2, 4])
  })
})

describe("dataset add refuses", { timeout: 60_000 }, () => {
  const untouched = "{\"input\":\"mine\"}\n"
  const dataset = () => files.write(`kept-${next++}.jsonl`, untouched)

  it.each<readonly [string, number, (path: string) => ReadonlyArray<string>, RegExp]>([
    [
      "a trace whose content was not captured",
      3,
      (path) => [path, files.path("uncaptured.jsonl")],
      /nothing was added: trace 0*5 does not contain the agent's input; .* captureContent/
    ],
    ["traces without an agent", 3, (path) => [path, files.path("others.jsonl")], /trace 0*3 has no agent run/],
    [
      "a file without traces",
      3,
      (path) => [path, files.write("text.txt", "Dear reader,\n")],
      /no records in .*text\.txt/
    ],
    ["an unknown trace", 2, (path) => ["--trace", "abc", path, traces()], /no trace id starts with "abc"/],
    ["a missing file", 3, (path) => [path, files.path("missing.jsonl")], /missing\.jsonl: no such file/],
    [
      "one expected answer for several traces",
      2,
      (path) => ["--expected", "Rome", path, traces()],
      /select one with --trace/
    ],
    [
      "two expected answers",
      2,
      (path) => ["--expected", "Rome", "--expect-answer", "--trace", id(1), path, traces()],
      /either --expected or --expect-answer/
    ],
    ["an invalid condition", 2, (path) => ["--score", "exact<low", path, traces()], /a number after </]
  ])("%s with code %i, and leaves the dataset unchanged", async (_, code, args, message) => {
    const path = dataset()
    expect(await loom(["dataset", "add", ...args(path)])).toMatchObject({
      code,
      stderr: expect.stringMatching(message)
    })
    expect(readFileSync(path, "utf8")).toBe(untouched)
  })

  it.each<readonly [string, string | Uint8Array, RegExp]>([
    ["a trace file", file(run(1, "France?")), /line 1 is not a case\. A dataset has one JSON object per line/],
    ["a torn line", "{\"input\":1}\n{\"inp", /line 2 is not a case/],
    ["a list", "[1]\n", /line 1 is not a case/],
    ["compressed data", gzipSync("{\"input\":1}\n"), /line 1 is not a case/]
  ])("to append to %s", async (_, content, message) => {
    const path = files.write(`not-${next++}.jsonl`, content)
    const before = readFileSync(path)
    expect(await loom(["dataset", "add", path, traces()])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(message)
    })
    expect(readFileSync(path)).toEqual(before)
  })

  it("to append to a link or a folder", async () => {
    mkdirSync(files.path("folder"))
    symlinkSync(files.write("target.jsonl", ""), files.path("link.jsonl"))
    for (const [name, reason] of [["folder", /it is a directory/], ["link.jsonl", /it is a symbolic link/]] as const) {
      expect(await loom(["dataset", "add", files.path(name), traces()])).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(reason)
      })
    }
    expect(readFileSync(files.path("target.jsonl"), "utf8")).toBe("")
  })

  it.each([
    ["remove x y", /unknown action "remove"; valid: add/],
    ["add", /missing argument DATASET/],
    ["add -", /name the dataset/]
  ])("an invalid command line: %s", async (words, message) => {
    expect(await loom(["dataset", ...words.split(" ")])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message)
    })
  })
})
