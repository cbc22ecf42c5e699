import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { entriesOf, TraceDiff, TraceTree } from "loom-telemetry/readers"
import { file, metric, span, spanStart } from "./lines.js"

const forestOf = (...lines: ReadonlyArray<string>) => TraceTree.fromEntries(entriesOf(file(...lines)))

const model = (id: number, tokens: number) => [
  metric({ name: "loom.tokens.input", value: tokens, id }),
  span({ id, parent: 1, name: "loom.model.stream", start: id, ms: id, attributes: { model: "m", tokens_in: tokens } })
]

const tool = (id: number, name: string, more: {} = {}, outcome = "success") =>
  span({ id, parent: 1, name: "loom.tool", start: id, attributes: { tool: name, call_id: `c${id}`, ...more }, outcome })

const run = span({ id: 1, name: "loom.run", ms: 100, attributes: { agent: "a", session_id: `run_${Math.PI}` } })

/** What changed, in short. */
const brief = (diff: TraceDiff.TraceDiff) => diff.changes.map(({ kind, path }) => `${kind} ${path.join(" > ")}`)

describe("comparing two runs", () => {
  it("finds no difference between a run and itself", () => {
    const forest = forestOf(...model(2, 5), tool(3, "add"), run)
    const diff = TraceDiff.compare(forest, forest)
    expect(diff.same).toBe(true)
    expect(brief(diff)).toEqual([
      "same loom.run a",
      "same loom.run a > loom.model.stream m",
      "same loom.run a > loom.tool add"
    ])
  })

  it("matches roots by label and order, whatever the order of the traces", () => {
    const roots = fc.array(fc.record({ label: fc.constantFrom("x", "y", "z"), trace: fc.integer({ min: 1, max: 5 }) }))
    const run = (all: ReadonlyArray<{ readonly label: string; readonly trace: number }>) =>
      forestOf(...all.map(({ label, trace }, id) => span({ id: id + 1, trace, name: label, start: trace * 100 + id })))
    /** The names of the roots in their order, numbered if they repeat. */
    const names = ({ traces }: TraceTree.TraceForest) => {
      const labels = traces.flatMap((trace) => trace.roots.map(({ name }) => name))
      return labels.map((label, at) => {
        const number = labels.slice(0, at + 1).filter((other) => other === label).length
        return number === 1 ? label : `${label} [${number}]`
      })
    }
    fc.assert(
      fc.property(roots, roots, (one, two) => {
        const [a, b] = [run(one), run(two)]
        const [left, right] = [names(a), names(b)]
        expect(brief(TraceDiff.compare(a, b))).toEqual([
          ...left.map((name) => `${right.includes(name) ? "same" : "removed"} ${name}`),
          ...right.filter((name) => !left.includes(name)).map((name) => `added ${name}`)
        ])
      })
    )
  })

  it("reports added and removed spans, by path and order", () => {
    const a = forestOf(...model(2, 5), tool(3, "add"), tool(4, "add"), run)
    const b = forestOf(...model(2, 5), tool(3, "add"), tool(4, "mul"), ...model(5, 7), run)
    const diff = TraceDiff.compare(a, b)
    expect(diff.same).toBe(false)
    expect(brief(diff)).toEqual([
      "same loom.run a",
      "same loom.run a > loom.model.stream m",
      "same loom.run a > loom.tool add",
      "removed loom.run a > loom.tool add [2]",
      "added loom.run a > loom.tool mul",
      "added loom.run a > loom.model.stream m [2]"
    ])
  })

  it("reports different outcomes and attributes, but nothing that differs in every run", () => {
    const a = forestOf(tool(3, "add", { x: 1, duration_ms: 5 }), tool(4, "sub"), run)
    const b = forestOf(tool(7, "add", { x: 2, duration_ms: 9, y: [1] }), tool(8, "sub", {}, "failure"), run)
    const diff = TraceDiff.compare(a, b)
    expect(diff.same).toBe(false)
    expect(diff.changes[1]).toMatchObject({
      kind: "changed",
      attributes: [{ key: "x", a: 1, b: 2 }, { key: "y", a: undefined, b: [1] }]
    })
    expect(diff.changes[2]).toMatchObject({ kind: "changed", a: { outcome: "success" }, b: { outcome: "failure" } })
  })

  it.each([
    "tokens_in",
    "tokens_out",
    "cached_tokens_in",
    "cache_creation_tokens_in",
    "cache_creation_1h_tokens_in",
    "reasoning_tokens_out",
    "usage_estimated_tokens"
  ])("does not report %s as a changed attribute: usage is compared as usage", (key) => {
    const call = (count: number) =>
      span({ id: 2, parent: 1, name: "loom.model.stream", attributes: { model: "m", [key]: count } })
    expect(TraceDiff.compare(forestOf(call(5), run), forestOf(call(9), run)).changes[1]).toMatchObject({
      kind: "same",
      attributes: []
    })
  })

  it("reports time, tokens and spans of both sides, including subtrees", () => {
    const diff = TraceDiff.compare(forestOf(...model(2, 5), run), forestOf(...model(2, 9), ...model(3, 1), run))
    expect(diff.changes[0]).toMatchObject({
      kind: "same",
      a: { durationMs: 100, spans: 2, usage: { tokensIn: 5 } },
      b: { durationMs: 100, spans: 3, usage: { tokensIn: 10 } }
    })
    expect([diff.a, diff.b]).toMatchObject([
      { traces: 1, spans: 2, durationMs: 100, usage: { tokensIn: 5 } },
      { traces: 1, spans: 3, durationMs: 100, usage: { tokensIn: 10 } }
    ])
  })

  it("accepts open spans and empty files", () => {
    const open = forestOf(spanStart({ id: 1, name: "loom.run", attributes: { agent: "a" } }))
    expect(brief(TraceDiff.compare(open, forestOf(run)))).toEqual(["changed loom.run a"])
    expect(TraceDiff.compare(forestOf(), forestOf())).toMatchObject({ changes: [], same: true })
    expect(brief(TraceDiff.compare(forestOf(), open))).toEqual(["added loom.run a"])
  })

  it("compares trees that are thousands of spans deep", () => {
    const chain = forestOf(
      ...Array.from({ length: 2000 }, (_, id) => span({ id: id + 1, parent: id === 0 ? null : id }))
    )
    expect(TraceDiff.compare(chain, chain).changes.at(-1)!.path.length).toBe(2000)
  })
})
