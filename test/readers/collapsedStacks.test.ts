import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { CollapsedStacks, entriesOf, TraceTree, usageOfForest } from "loom-telemetry/readers"
import { trace, Writer, writing } from "./agentTraces.js"
import { file, metric, span, spanStart } from "./lines.js"

const forestOf = (...lines: ReadonlyArray<string>) => TraceTree.fromEntries(entriesOf(file(...lines)))

const weightOf = (line: string): number => Number(line.slice(line.lastIndexOf(" ") + 1))

const total = (lines: ReadonlyArray<string>): number => lines.reduce((sum, line) => sum + weightOf(line), 0)

describe("collapsed stacks", () => {
  it("weigh a span's own time, subtracting parallel children once", () => {
    expect(CollapsedStacks.lines(
      forestOf(
        span({ id: 1, name: "a", ms: 10 }),
        span({ id: 2, parent: 1, name: "b", start: 1, ms: 4 }),
        span({ id: 3, parent: 1, name: "c", start: 3, ms: 4 }),
        span({ id: 4, parent: 1, name: "late", start: 9, ms: 5 })
      ),
      "time"
    )).toEqual(["a;late 5000", "a;b 4000", "a;c 4000", "a 3000"])
  })

  it("sum the same stacks of all traces", () => {
    const lines = [1, 2, 3].map((trace) =>
      span({ id: trace, trace, name: "loom.tool", attributes: { tool: "add" }, ms: 2 })
    )
    expect(CollapsedStacks.lines(forestOf(...lines), "time")).toEqual(["loom.tool add 6000"])
  })

  it("keep names from breaking the format", () => {
    expect(CollapsedStacks.lines(forestOf(span({ id: 1, name: "a;b\nc 7" })), "time")).toEqual(["a:b\\nc 7 1000"])
  })

  it("weigh tokens and millionths of a dollar, including those outside any span", () => {
    const forest = forestOf(
      metric({ name: "loom.tokens.input", value: 30, id: 2 }),
      metric({ name: "loom.cost.usd", value: 0.0025, id: 2 }),
      span({ id: 2, parent: 1, name: "loom.model.stream", attributes: { model: "m", tokens_in: 30 } }),
      span({ id: 1, name: "loom.run", attributes: { agent: "a" } }),
      metric({ name: "loom.tokens.output", value: 7 })
    )
    expect(CollapsedStacks.lines(forest, "tokens")).toEqual(["loom.run a;loom.model.stream m 30", "(no span) 7"])
    expect(CollapsedStacks.lines(forest, "cost")).toEqual(["loom.run a;loom.model.stream m 2500"])
  })

  it("add up to all tokens", () => {
    fc.assert(
      fc.property(fc.array(trace, { minLength: 1, maxLength: 3 }), writing, (all, how) => {
        const forest = forestOf(...all.flatMap((each, index) => new Writer(index + 1, each, how).lines))
        const { tokensIn, tokensOut } = usageOfForest(forest).total
        expect(total(CollapsedStacks.lines(forest, "tokens"))).toBe(tokensIn + tokensOut)
      }),
      { numRuns: 200 }
    )
  })

  it("count spans below the five hundredth level for their ancestor there, however deep they are", () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, id) => span({ id: id + 1, parent: id === 0 ? null : id, name: "f", ms: 10_000 - id })
    )
    const stacks = CollapsedStacks.lines(forestOf(...lines), "time")
    expect(stacks.length).toBe(501)
    expect(total(stacks)).toBe(10_000_000)
  })

  it("let an open span last until the end of its trace", () => {
    const forest = forestOf(spanStart({ id: 1, name: "a" }), span({ id: 2, parent: 1, name: "b", start: 2, ms: 1 }))
    expect(CollapsedStacks.lines(forest, "time")).toEqual(["a 2000", "a;b 1000"])
  })
})
