import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import type { TraceSummary } from "loom-telemetry/readers"
import { TraceFile } from "loom-telemetry/readers"
import { execFileSync, spawnSync } from "node:child_process"
import { gzipSync } from "node:zlib"
import { Durations } from "../../src/readers/summary/Durations.js"
import { trace, Writer, type Writing } from "./agentTraces.js"
import { asPython, dropped, file, metric, span, spanStart } from "./lines.js"

const summaryOf = (bytes: Uint8Array, options?: TraceSummary.SummaryOptions): Promise<TraceSummary.Summary> =>
  Effect.runPromise(TraceFile.summary(Stream.make(bytes), options))

const hasJq = spawnSync("jq", ["--version"]).status === 0

/** What jq says about these records: `filter` sees them all as one array. */
const jq = (bytes: Uint8Array, filter: string): any =>
  JSON.parse(execFileSync("jq", ["-s", "-c", filter], { input: bytes, encoding: "utf8", maxBuffer: 1e9 }))

const ours: Writing = { metrics: "inside", spans: true, totals: true, starts: false }
const original: Writing = { metrics: "file", spans: false, totals: false, starts: false }

/** A file of some hundred traces, the same each time. */
const linesOf = (how: Writing): ReadonlyArray<string> =>
  fc.sample(trace, { numRuns: 300, seed: 7 }).flatMap((each, index) => new Writer(index + 1, each, how).lines)

const percentile = (part: number): string => `(sort | .[((length * ${part}) | ceil) - 1])`

describe.skipIf(!hasJq)(
  `summaries compared with jq${hasJq ? "" : " (skipped: jq is not installed)"}`,
  { timeout: 60_000 },
  () => {
    const files: ReadonlyArray<readonly [string, Uint8Array]> = [
      ["this package", file(...linesOf(ours))],
      ["the Python original", file(...linesOf(original).map(asPython))]
    ]

    it.each(files)("count what jq counts in a file of %s", async (_, bytes) => {
      const summary = await summaryOf(bytes)
      const counted = jq(
        bytes,
        `{
      spans: map(select(.kind == "span")) | length,
      metrics: map(select(.kind == "metric")) | length,
      names: map(select(.kind == "span")) | group_by(.name) | map({ key: .[0].name, value: length }) | from_entries,
      tools: map(select(.name == "loom.tool")) | group_by(.attributes.tool) | map({ key: .[0].attributes.tool, value: length }) | from_entries
    }`
      )
      expect([summary.spans, summary.metrics]).toEqual([counted.spans, counted.metrics])
      expect(Object.fromEntries(summary.by.name.map((row) => [row.label, row.count]))).toMatchObject(counted.names)
      expect(Object.fromEntries(summary.by.tool.filter((row) => row.count > 0).map((row) => [row.label, row.count])))
        .toEqual(counted.tools)
    })

    it.each(files)("sum what jq sums in a file of %s", async (_, bytes) => {
      const summary = await summaryOf(bytes)
      const sums = jq(
        bytes,
        `def total(n): map(select(.name == n) | .value) | add;
      { tokensIn: total("loom.tokens.input"), tokensOut: total("loom.tokens.output"), costUsd: total("loom.cost.usd"),
        users: map(select(.name == "loom.cost.usd")) | group_by(.attributes.user_id) | map({ key: .[0].attributes.user_id, value: (map(.value) | add) }) | from_entries }`
      )
      expect(summary.usage).toMatchObject({ tokensIn: sums.tokensIn, tokensOut: sums.tokensOut, costUsd: sums.costUsd })
      expect(Object.fromEntries(summary.by.user.map((row) => [row.label, row.usage.costUsd]))).toEqual(sums.users)
    })

    it.each(files)("give jq's percentiles for a file of %s", async (_, bytes) => {
      const summary = await summaryOf(bytes, { exactDurations: 1_000_000 })
      const expected = jq(
        bytes,
        `map(select(.kind == "span")) | group_by(.name) | map({ key: .[0].name, value: (map(.duration_ms) | {
      p50: ${percentile(0.5)}, p95: ${percentile(0.95)}, p99: ${
          percentile(0.99)
        }, max: max, count: length }) }) | from_entries`
      )
      for (const { durationMs, label } of summary.by.name) {
        if (label !== null) {
          expect([label, durationMs]).toEqual([label, expect.objectContaining({ ...expected[label], exact: true })])
        }
      }
    })
  }
)

describe("summaries", () => {
  it("count failures and interruptions, including tools that are not ok", async () => {
    const summary = await summaryOf(file(
      span({ id: 1, outcome: "failure", exception: "Error: x" }),
      span({ id: 2, outcome: "interrupted" }),
      asPython(span({ id: 3, name: "loom.tool", attributes: { tool: "add", ok: false } })),
      span({ id: 4 })
    ))
    expect(summary).toMatchObject({ spans: 4, failures: 2, interrupted: 1 })
    expect(summary.by.tool).toMatchObject([{ label: "add", count: 1, failures: 1 }])
  })

  it("count bad lines, open spans and dropped records, and give the time range", async () => {
    const bytes = file(
      spanStart({ id: 1, start: 5 }),
      spanStart({ id: 2, start: 6 }),
      span({ id: 2, start: 6, ms: 2.5 }),
      "no",
      dropped(4),
      metric({ name: "m", value: 1 }),
      "{"
    ).slice(0, -1)
    expect(await summaryOf(bytes)).toMatchObject({
      spans: 1,
      opened: 1,
      bad: 2,
      torn: 1,
      dropped: 4,
      from: "2026-01-31T12:00:00.000000Z",
      to: "2026-01-31T12:00:00.008500Z"
    })
  })

  it("are empty for an empty file", async () => {
    const summary = await summaryOf(new Uint8Array(0))
    expect(summary).toMatchObject({ spans: 0, from: undefined, usage: { tokensIn: 0, costUsd: null } })
    expect(Object.values(summary.by)).toEqual([[], [], [], [], [], [], []])
  })

  it("read compressed files, and count a truncated one as a bad line", async () => {
    const bytes = file(...Array.from({ length: 500 }, (_, id) => span({ id: id + 1, ms: (id * 7919) % 1000 })))
    const packed = gzipSync(bytes)
    expect(await summaryOf(packed)).toEqual(await summaryOf(bytes))
    expect(await summaryOf(packed.subarray(0, packed.length - 4))).toMatchObject({ spans: 500, bad: 1 })
  })

  it("count all labels beyond the limit together", async () => {
    const run = (id: number, user: string) =>
      span({ id, trace: id, name: "loom.run", attributes: { user_id: user, tokens_in: 1, tokens_out: 0 } })
    const lines = ["a", "b", "c", "d", "a"].map((user, index) => run(index + 1, user))
    const { by, usage } = await summaryOf(file(...lines), { maxLabels: 2 })
    expect(by.user.map(({ count, label, other, usage }) => [label, other, count, usage.tokensIn])).toEqual([
      ["(other)", true, 2, 2],
      ["a", false, 2, 2],
      ["b", false, 1, 1]
    ].sort((x, y) => Number(y[3]) - Number(x[3]) || Number(y[2]) - Number(x[2])))
    expect(usage.tokensIn).toBe(5)
  })

  it("do not confuse a label with the row of all others", async () => {
    const lines = ["(other)", "b"].map((user, index) =>
      span({ id: index + 1, name: "loom.run", attributes: { user_id: user } })
    )
    const { by } = await summaryOf(file(...lines), { maxLabels: 1 })
    expect(by.user.map(({ label, other }) => [label, other])).toEqual([["(other)", false], ["(other)", true]])
  })
})

describe("durations", () => {
  const milliseconds = fc.oneof(
    fc.double({ min: 0, max: 1e7, noNaN: true }),
    fc.constantFrom(0, 1e-7, 1e-6, 0.001, 1, 1e9)
  )

  const nearestRank = (values: ReadonlyArray<number>, part: number): number =>
    values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(part * values.length) - 1)]!

  const statsOf = (values: ReadonlyArray<number>, mostExact: number) => {
    const durations = new Durations(mostExact)
    values.forEach((value) => durations.add(value))
    return durations.stats()!
  }

  it("are exact for few values", () => {
    fc.assert(fc.property(fc.array(milliseconds, { minLength: 1, maxLength: 60 }), (values) => {
      const { exact, max, p50, p95, p99 } = statsOf(values, 60)
      expect({ exact, max, p50, p95, p99 }).toEqual({
        exact: true,
        max: Math.max(...values),
        p50: nearestRank(values, 0.5),
        p95: nearestRank(values, 0.95),
        p99: nearestRank(values, 0.99)
      })
    }))
  })

  it("are within one per cent of the exact ones for many values", () => {
    fc.assert(
      fc.property(fc.array(milliseconds, { minLength: 11, maxLength: 300 }), (values) => {
        const stats = statsOf(values, 10)
        expect(stats.exact).toBe(false)
        expect(stats.max).toBe(Math.max(...values))
        for (const [part, value] of [[0.5, stats.p50], [0.95, stats.p95], [0.99, stats.p99]] as const) {
          const exact = nearestRank(values, part)
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(0.01 * exact + 1e-6)
        }
      }),
      { numRuns: 1000 }
    )
  })
})
