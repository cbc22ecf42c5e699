import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { entriesOf, TraceSummary, TraceTree, usageOf, usageOfForest } from "loom-telemetry/readers"
import { runs } from "../runs.js"
import {
  type Call,
  callsOf,
  type Expected,
  sum,
  type Trace,
  trace,
  Writer,
  type Writing,
  writing
} from "./agentTraces.js"
import { file, metric, span, spanStart } from "./lines.js"

const summaryOf = (lines: ReadonlyArray<string>, options?: TraceSummary.SummaryOptions): TraceSummary.Summary =>
  TraceSummary.of(entriesOf(file(...lines)).flatMap((entry) => entry.kind === "record" ? [entry.record] : []), options)

const forestOf = (lines: ReadonlyArray<string>): TraceTree.TraceForest =>
  TraceTree.fromEntries(entriesOf(file(...lines)))

const brief = ({ costUsd, tokensIn, tokensOut }: Call): Call => ({ costUsd, tokensIn, tokensOut })

/** Sums by label, without labels that used nothing. Unknown usage and zero usage are the same here: totals do not distinguish them. */
const used = (rows: Iterable<readonly [string | null, Call]>): ReadonlyMap<string | null, Call> => {
  const out = new Map<string | null, Call>()
  for (const [label, { costUsd, tokensIn, tokensOut }] of rows) {
    const before = out.get(label)
    out.set(label, sum([...(before === undefined ? [] : [before]), { costUsd: costUsd ?? 0, tokensIn, tokensOut }]))
  }
  return new Map(
    [...out].filter(([, call]) => call.tokensIn + call.tokensOut + call.costUsd! > 0)
      .sort(([a], [b]) => String(a) < String(b) ? -1 : 1)
  )
}

const usedBy = (summary: TraceSummary.Summary, dimension: TraceSummary.Dimension) =>
  used(summary.by[dimension].map(({ label, usage }) => [label, usage] as const))

const expectedBy = (calls: ReadonlyArray<Expected>, dimension: string) =>
  used(calls.map((call) => [call.by[dimension]!, call] as const))

const isRecorded = ({ metrics, spans, totals }: Writing): boolean => metrics !== "none" || spans || totals

/** A file of several traces, one after the other. */
const fileOf = (traces: ReadonlyArray<Trace>, how: Writing): ReadonlyArray<string> =>
  traces.flatMap((each, index) => new Writer(index + 1, each, how).lines)

const traces = fc.array(trace, { minLength: 1, maxLength: 4 })

/** The dimensions for which a file has labels. */
const labelledDimensions = ({ metrics, spans }: Writing): ReadonlyArray<TraceSummary.Dimension> =>
  metrics === "file"
    ? ["model", "user"]
    : metrics === "none" && !spans
    ? ["user", "session", "agent"]
    : ["model", "user", "session", "agent", "tool"]

describe("usage", () => {
  it("is counted once and attributed, wherever it is recorded", () => {
    fc.assert(
      fc.property(traces, writing.filter(isRecorded), (all, how) => {
        const summary = summaryOf(fileOf(all, how))
        const calls = all.flatMap(callsOf)
        expect(brief(summary.usage)).toEqual(sum(calls))
        for (const dimension of labelledDimensions(how)) {
          expect([dimension, usedBy(summary, dimension)]).toEqual([dimension, expectedBy(calls, dimension)])
        }
      }),
      { numRuns: runs(1000) }
    )
  })

  it("adds up to the total in every dimension", () => {
    fc.assert(
      fc.property(traces, writing, (all, how) => {
        const summary = summaryOf(fileOf(all, how))
        for (const dimension of TraceSummary.dimensions) {
          expect(sum(summary.by[dimension].map((row) => row.usage))).toEqual(brief(summary.usage))
        }
      }),
      { numRuns: runs(300) }
    )
  })

  it("is the same in any order of lines that are at most a hundred spans apart", () => {
    fc.assert(
      fc.property(
        traces.chain((all) =>
          writing.chain((how) => {
            const lines = fileOf(all, how)
            return fc.tuple(fc.constant(lines), fc.shuffledSubarray([...lines], { minLength: lines.length }))
          })
        ),
        ([lines, shuffled]) => {
          fc.pre(lines.filter((line) => line.startsWith("{\"kind\":\"span\"")).length <= 100)
          const { by, usage } = summaryOf(lines)
          const other = summaryOf(shuffled)
          expect(other.usage).toEqual(usage)
          for (const dimension of TraceSummary.dimensions) {
            expect([dimension, usedBy(other, dimension)]).toEqual([
              dimension,
              used(by[dimension].map((row) => [row.label, row.usage] as const))
            ])
          }
        }
      ),
      { numRuns: runs(300) }
    )
  })

  it("is the same if very few spans can be held, as long as the lines are in order", () => {
    fc.assert(
      fc.property(trace, writing, (one, how) => {
        const lines = fileOf([one, one, one], how)
        const { traces: _, ...held } = summaryOf(lines)
        const { traces: _2, ...folded } = summaryOf(lines, { maxHeldSpans: 24 })
        expect(folded).toEqual(held)
      }),
      { numRuns: runs(300) }
    )
  })

  it("can be requested at any time without changing the final result", () => {
    fc.assert(
      fc.property(traces, writing, fc.nat(), (all, how, at) => {
        const lines = fileOf(all, how)
        const builder = TraceSummary.make()
        entriesOf(file(...lines)).forEach((entry, index) => {
          if (entry.kind === "record") {
            builder.add(entry.record)
          }
          if (index % 7 === at % 7) {
            builder.result()
          }
        })
        expect(builder.result()).toEqual(summaryOf(lines))
      }),
      { numRuns: runs(200) }
    )
  })

  it("is the same in trees, for each span and its subtree", () => {
    fc.assert(
      fc.property(traces, writing, (all, how) => {
        const lines = fileOf(all, how)
        const forest = forestOf(lines)
        const usage = usageOfForest(forest)
        expect(usage.total).toEqual(summaryOf(lines).usage)
        const nodes = [...TraceTree.nodes(forest.traces.flatMap(({ roots }) => roots))].map(({ node }) => node)
        expect(sum([...nodes.map(usage.of), usage.outside])).toEqual(brief(usage.total))
        expect(sum([...forest.traces.flatMap(({ roots }) => roots.map(usage.below)), usage.outside])).toEqual(
          brief(usage.total)
        )
      }),
      { numRuns: runs(300) }
    )
  })

  it("is counted from the span if a call's metrics were lost", () => {
    fc.assert(
      fc.property(
        traces.chain((all) => {
          const lines = fileOf(all, { metrics: "inside", spans: true, totals: true, starts: false })
          const lost = lines.flatMap((line, index) => line.includes("\"metric\"") ? [index] : [])
          return fc.tuple(fc.constant(all), fc.constant(lines), fc.subarray(lost))
        }),
        ([all, lines, lost]) => {
          expect(brief(summaryOf(lines.filter((_, index) => !lost.includes(index))).usage)).toEqual(
            sum(all.flatMap(callsOf))
          )
        }
      ),
      { numRuns: runs(300) }
    )
  })
})

describe("the rule for usage", () => {
  const model = (id: number, parent: number, attributes: {}) =>
    span({ id, parent, name: "loom.model.stream", attributes })
  const run = (id: number, parent: number | null, attributes: {}) => span({ id, parent, name: "loom.run", attributes })

  it("holds for each quantity separately: input from metrics, output from spans, as in a custom loop", () => {
    const lines = [
      model(3, 2, { tokens_in: 30, tokens_out: 4 }),
      metric({ name: "loom.tokens.input", value: 30, id: 2 }),
      span({ id: 2, parent: 1, name: "loom.turn" }),
      run(1, null, { tokens_in: 30, tokens_out: 4 })
    ]
    expect(summaryOf(lines).usage).toEqual({ tokensIn: 30, tokensOut: 4, cachedTokensIn: 0, costUsd: null })
  })

  it("counts metrics of a tool in addition to the calls below it", () => {
    const lines = [
      metric({ name: "loom.cost.usd", value: 0.25, id: 3 }),
      model(3, 2, { cost_usd: 0.25 }),
      metric({ name: "loom.cost.usd", value: 1, id: 2 }),
      span({ id: 2, parent: 1, name: "loom.tool", attributes: { tool: "draw" } }),
      run(1, null, { cost_usd: 0.25 })
    ]
    const summary = summaryOf(lines)
    expect(summary.usage.costUsd).toBe(1.25)
    expect(summary.by.tool[0]).toMatchObject({ label: "draw", usage: { costUsd: 1.25 } })
  })

  it("counts cached tokens, which have no metric, from the spans", () => {
    const lines = [
      metric({ name: "loom.tokens.input", value: 30, id: 2 }),
      model(2, 1, { tokens_in: 30, cached_tokens_in: 20 }),
      run(1, null, { tokens_in: 30 })
    ]
    expect(summaryOf(lines).usage).toMatchObject({ tokensIn: 30, cachedTokensIn: 20 })
  })

  it("subtracts the totals of inner runs from outer ones", () => {
    const lines = [
      run(3, 2, { agent: "worker", tokens_in: 10, tokens_out: 1 }),
      run(4, 2, { agent: "worker", tokens_in: 20, tokens_out: 2 }),
      span({ id: 2, parent: 1, name: "loom.tool", attributes: { tool: "delegate" } }),
      run(1, null, { agent: "boss", tokens_in: 100, tokens_out: 7 })
    ]
    const summary = summaryOf(lines)
    expect(summary.usage).toMatchObject({ tokensIn: 100, tokensOut: 7 })
    expect(usedBy(summary, "agent")).toEqual(
      new Map([
        ["boss", { tokensIn: 70, tokensOut: 4, costUsd: 0 }],
        ["worker", { tokensIn: 30, tokensOut: 3, costUsd: 0 }]
      ])
    )
  })

  it("attributes the usage of an open run", () => {
    const lines = [
      spanStart({ id: 1, name: "loom.run", attributes: { agent: "killed", user_id: "u" } }),
      metric({ name: "loom.tokens.input", value: 5, id: 2 }),
      model(2, 1, { tokens_in: 5 })
    ]
    const summary = summaryOf(lines)
    expect(summary).toMatchObject({ opened: 1, spans: 1 })
    expect(usedBy(summary, "agent")).toEqual(new Map([["killed", { tokensIn: 5, tokensOut: 0, costUsd: 0 }]]))
  })

  it("counts a duplicate span once", () => {
    const line = model(2, 1, { tokens_in: 5 })
    expect(summaryOf([line, line]).usage.tokensIn).toBe(5)
    expect(usageOfForest(forestOf([line, line])).total.tokensIn).toBe(5)
  })

  it("counts metrics outside any trace instead of the spans of traces without metrics", () => {
    const lines = [metric({ name: "loom.tokens.input", value: 5 }), model(2, 1, { tokens_in: 5, tokens_out: 3 })]
    expect(summaryOf(lines).usage).toMatchObject({ tokensIn: 5, tokensOut: 3 })
  })

  it("counts usage in a trace with a cycle of parents", () => {
    const lines = [model(1, 2, { tokens_in: 5 }), span({ id: 2, parent: 1 }), span({ id: 3, parent: 3 })]
    expect(summaryOf(lines).usage.tokensIn).toBe(5)
    expect(summaryOf(lines, { maxHeldSpans: 1 }).usage.tokensIn).toBe(5)
  })

  it("ignores attributes that are not amounts", () => {
    const lines = [model(1, 9, { tokens_in: "5", tokens_out: -1, cost_usd: true })]
    expect(summaryOf(lines).usage).toEqual({ tokensIn: 0, tokensOut: 0, cachedTokensIn: 0, costUsd: null })
  })

  it("counts spans that are ten thousand levels deep", () => {
    const depth = 10_000
    const lines = Array.from({ length: depth }, (_, index) => depth - index).map((id) =>
      id === depth ? model(id, id - 1, { tokens_in: 5 }) : run(id, id === 1 ? null : id - 1, { agent: `a${id % 2}` })
    )
    expect(usedBy(summaryOf(lines), "agent")).toEqual(new Map([["a1", { tokensIn: 5, tokensOut: 0, costUsd: 0 }]]))
    expect(usageOf(forestOf(lines).traces[0]!).total.tokensIn).toBe(5)
  })
})
