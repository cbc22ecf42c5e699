/**
 * The numbers of the command line, checked against what `jq` computes from the same file.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { documents, loom } from "./command.js"
import { type Samples, samples } from "./samples.js"

let files: Samples
beforeAll(async () => {
  files = await samples()
}, 60_000)
afterAll(() => files.remove())

const hasJq = (() => {
  try {
    execFileSync("jq", ["--version"])
    return true
  } catch {
    return false
  }
})()

const jq = (filter: string, name: string): unknown =>
  JSON.parse(execFileSync("jq", ["-s", "-c", filter, files.path(name)], { encoding: "utf8" }))

/** The value at the nearest rank. */
const ranked = (part: number): string => `sort | .[((length * ${part}) | ceil) - 1]`

const summary = async (name: string, ...more: ReadonlyArray<string>) =>
  documents(await loom(["stats", "--json", ...more, files.path(name)]))[0]

describe.skipIf(!hasJq)("like jq", { concurrent: true, timeout: 60_000 }, () => {
  it.each(["ours.jsonl", "python.jsonl"])("computes counts, failures and percentiles of %s", async (name) => {
    const spans = "map(select(.kind==\"span\"))"
    expect(await summary(name)).toMatchObject({
      spans: jq(`${spans} | length`, name),
      metrics: jq("map(select(.kind==\"metric\")) | length", name),
      traces: jq("map(.trace_id | select(. != null)) | unique | length", name),
      failures: jq(`${spans} | map(select(.exception != null)) | length`, name),
      from: expect.stringContaining((jq(`${spans} | map(.started_at) | min`, name) as string).slice(0, 19)),
      by: {
        name: expect.arrayContaining([expect.objectContaining({
          label: "loom.tool",
          count: jq(`${spans} | map(select(.name=="loom.tool")) | length`, name),
          duration_ms: expect.objectContaining({
            exact: true,
            p50: jq(`${spans} | map(select(.name=="loom.tool") | .duration_ms) | ${ranked(0.5)}`, name),
            p95: jq(`${spans} | map(select(.name=="loom.tool") | .duration_ms) | ${ranked(0.95)}`, name),
            max: jq(`${spans} | map(select(.name=="loom.tool") | .duration_ms) | max`, name)
          })
        })])
      }
    })
  })

  it.each(["ours.jsonl", "python.jsonl"])("counts each token and dollar of %s once", async (name) => {
    const sum = (metric: string) => jq(`map(select(.name=="${metric}") | .value) | add`, name)
    const ofUser = (user: string) =>
      jq(`map(select(.name=="loom.cost.usd" and .attributes.user_id=="${user}") | .value) | add`, name)
    const [cost] = documents(await loom(["cost", "--json", "--by", "user", files.path(name)]))
    expect(cost).toMatchObject({
      by: "user",
      usage: {
        tokens_in: sum("loom.tokens.input"),
        tokens_out: sum("loom.tokens.output"),
        cost_usd: sum("loom.cost.usd")
      },
      rows: [
        { label: "alice", other: false, usage: { cost_usd: ofUser("alice") } },
        { label: "bob", other: false, usage: { cost_usd: ofUser("bob") } }
      ]
    })
  })

  it("finds the same spans", async () => {
    const found = await loom([
      "find",
      "--json",
      "--name",
      "loom.tool",
      "--outcome",
      "failure",
      files.path("ours.jsonl")
    ])
    const ids = documents(found).map((span) => (span as { readonly span_id: string }).span_id)
    expect(ids.toSorted()).toEqual(
      jq("map(select(.name==\"loom.tool\" and .outcome==\"failure\") | .span_id) | sort", "ours.jsonl")
    )
    expect(ids).toHaveLength(2)
  })

  it("prints the records of tail --json unchanged", async () => {
    const { stdout } = await loom(["tail", "-n", "5", "--json", files.path("ours.jsonl")])
    expect(stdout).toBe(
      `${readFileSync(files.path("ours.jsonl"), "utf8").trimEnd().split("\n").slice(-5).join("\n")}\n`
    )
  })
})

describe("a command", { concurrent: true, timeout: 60_000 }, () => {
  it("tree prints every trace with its spans, depth first", async () => {
    const [text, json] = await Promise.all([
      loom(["tree", files.path("ours.jsonl")]),
      loom(["tree", "--json", files.path("ours.jsonl")])
    ])
    const shape = text.stdout.split("\n").slice(0, 5).map((line) => line.replace(/ \(.*/, ""))
    expect(shape).toEqual([
      "• loom.run",
      "  • loom.turn",
      "    • loom.model.stream",
      "    • loom.tool",
      "  • loom.turn"
    ])
    const traces = documents(json) as ReadonlyArray<{ readonly spans: ReadonlyArray<{ readonly depth: number }> }>
    expect(traces.map(({ spans }) => spans.map(({ depth }) => depth).join(""))).toEqual([
      "0122122122",
      "0122122",
      "0122"
    ])
  })

  it("errors groups identical failures", async () => {
    const { stdout } = await loom(["errors", "--json", files.path("ours.jsonl")])
    expect(documents({ stdout })).toMatchObject([{
      count: 2,
      label: "loom.tool search",
      message: "NoAnswer: no answer, try later"
    }])
  })

  it("errors prints the same for a file written by LoomFlow", async () => {
    const { stdout } = await loom(["errors", "--json", files.path("python.jsonl")])
    expect(documents({ stdout })).toMatchObject([{ count: 2, label: "loom.tool search" }])
  })

  it("diff finds no difference between a file and itself, and names missing spans", async () => {
    const lines = readFileSync(files.path("ours.jsonl"), "utf8").trimEnd().split("\n")
    const fewer = lines.filter((line) => !(line.includes("loom.tool") && line.includes("\"c2\"")))
    const path = files.write("fewer.jsonl", `${fewer.join("\n")}\n`)
    const [same, other] = await Promise.all([
      loom(["diff", "--fail", files.path("ours.jsonl"), files.path("ours.jsonl")]),
      loom(["diff", "--fail", "--json", files.path("ours.jsonl"), path])
    ])
    expect(same).toMatchObject({ code: 0, stderr: "" })
    expect(other).toMatchObject({ code: 1, stderr: "loom-telemetry: the runs differ\n" })
    const [{ changes }] = documents(other) as readonly [
      { readonly changes: ReadonlyArray<{ readonly kind: string; readonly path: ReadonlyArray<string> }> }
    ]
    expect(changes.filter(({ kind }) => kind === "removed").map(({ path: way }) => way.at(-1))).toEqual([
      expect.stringContaining("loom.tool")
    ])
  })

  it("doctor reports the line numbers", async () => {
    const { code, stdout } = await loom(["doctor", "--json", files.path("torn.jsonl")])
    const lines = readFileSync(files.path("torn.jsonl"), "utf8").split("\n").length
    expect(code).toBe(1)
    expect(documents({ stdout })).toMatchObject([{
      file: files.path("torn.jsonl"),
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ kind: "torn-line", count: 1, lines: [lines] })])
    }])
  })
})
