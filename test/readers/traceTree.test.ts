import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { InMemoryTelemetry, InMemoryTelemetryLive, Loom, Telemetry } from "loom-telemetry"
import { entriesOf, TraceTree } from "loom-telemetry/readers"
import { asPython, dropped, file, metric, span, spanStart } from "./lines.js"

const treeOf = (...lines: ReadonlyArray<string>): TraceTree.TraceForest =>
  TraceTree.fromEntries(entriesOf(file(...lines)))

/** Names by level, with what is marked. */
const shape = (forest: TraceTree.TraceForest): ReadonlyArray<string> =>
  [...TraceTree.nodes(forest.traces.flatMap((trace) => trace.roots))].map(({ depth, node }) =>
    `${"  ".repeat(depth)}${node.name}${node.state === "open" ? " open" : ""}${node.orphan ? " orphan" : ""}${
      node.duplicate ? " duplicate" : ""
    }${node.cyclic ? " cyclic" : ""}`
  )

describe("a tree of records", () => {
  it("puts children below their parents in the order in which they started", () => {
    const forest = treeOf(
      span({ id: 3, parent: 2, name: "c", start: 1 }),
      span({ id: 4, parent: 1, name: "d", start: 8 }),
      span({ id: 2, parent: 1, name: "b", start: 1, ms: 3 }),
      span({ id: 1, name: "a", ms: 10 })
    )
    expect(shape(forest)).toEqual(["a", "  b", "    c", "  d"])
    expect(forest.traces[0]).toMatchObject({ spans: 4, open: 0, failed: 0 })
  })

  it("keeps spans whose parent is missing, and marks them", () => {
    expect(shape(treeOf(span({ id: 3, parent: 2, name: "c" }), span({ id: 1, name: "a" })))).toEqual(["c orphan", "a"])
  })

  it("keeps open spans in their place", () => {
    const forest = treeOf(
      spanStart({ id: 1, name: "a", attributes: { x: 1 } }),
      spanStart({ id: 2, parent: 1, name: "b" }),
      span({ id: 2, parent: 1, name: "b", attributes: { y: 1 } }),
      spanStart({ id: 3, parent: 2, name: "c" })
    )
    expect(shape(forest)).toEqual(["a open", "  b", "    c open"])
    expect(forest.traces[0]).toMatchObject({ spans: 3, open: 2 })
    expect(forest.traces[0]!.roots[0]).toMatchObject({ attributes: { x: 1 }, end: undefined, outcome: undefined })
    expect(forest.traces[0]!.roots[0]!.children[0]!.attributes).toEqual({ y: 1 })
  })

  it("keeps a second span with the same ids, and marks it", () => {
    const forest = treeOf(
      span({ id: 2, parent: 1, name: "b" }),
      span({ id: 2, parent: 1, name: "b2" }),
      span({ id: 1, name: "a" })
    )
    expect(shape(forest)).toEqual(["a", "  b", "  b2 duplicate"])
  })

  it("keeps spans of different traces apart, whatever their ids", () => {
    const forest = treeOf(
      span({ trace: 1, id: 1, name: "a" }),
      span({ trace: 2, id: 2, parent: 1, name: "b", start: 5 })
    )
    expect(shape(forest)).toEqual(["a", "b orphan"])
    expect(forest.traces.map((trace) => trace.spans)).toEqual([1, 1])
  })

  it("cuts cycles, and keeps the spans below them", () => {
    expect(shape(treeOf(span({ id: 1, parent: 1, name: "self" })))).toEqual(["self cyclic"])
    const forest = treeOf(
      span({ id: 4, parent: 2, name: "hanging", start: 0 }),
      span({ id: 1, parent: 3, name: "a", start: 1 }),
      span({ id: 2, parent: 1, name: "b", start: 2 }),
      span({ id: 3, parent: 2, name: "c", start: 3 })
    )
    expect(shape(forest).filter((line) => line.includes("cyclic")).length).toBe(1)
    expect(shape(forest).length).toBe(4)
  })

  it("puts measurements with their span, and keeps those without one", () => {
    const forest = treeOf(
      metric({ name: "in", value: 1, id: 1 }),
      span({ id: 1, name: "a" }),
      metric({ name: "late", value: 2, id: 1 }),
      metric({ name: "elsewhere", value: 3, id: 9 }),
      metric({ name: "nowhere", value: 4 })
    )
    expect(forest.traces[0]!.roots[0]!.metrics.map(({ name }) => name)).toEqual(["in", "late"])
    expect(forest.traces[0]!.metrics.map(({ name }) => name)).toEqual(["elsewhere"])
    expect(forest.metrics.map(({ name }) => name)).toEqual(["nowhere"])
  })

  it("counts dropped records, failed spans and bad lines", () => {
    const forest = treeOf(
      dropped(3),
      dropped(4),
      "no",
      span({ id: 1, name: "loom.tool", attributes: { ok: false } }),
      span({ id: 2, outcome: "failure", exception: "Error: x" }),
      span({ id: 3, outcome: "interrupted" })
    )
    expect(forest).toMatchObject({ droppedTotal: 7, badTotal: 1, traces: [{ failed: 2 }] })
    expect(forest.bad[0]!.line).toBe(3)
  })

  it("is the same for a file of the Python original", () => {
    const lines = [span({ id: 2, parent: 1, name: "b", start: 1 }), span({ id: 1, name: "a", ms: 5 })]
    expect(treeOf(...lines.map(asPython))).toEqual(treeOf(...lines))
  })

  it("builds and walks a tree that is ten thousand spans deep", () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, id) => span({ id: id + 1, parent: id === 0 ? null : id, start: id / 1000 })
    )
    const forest = treeOf(...lines.toReversed())
    const visits = [...TraceTree.nodes(forest.traces[0]!.roots)]
    expect(visits.at(-1)!.depth).toBe(9_999)
  })

  it("contains every span once, whatever their parents are", () => {
    const parents = fc.array(fc.option(fc.integer({ min: 1, max: 12 })), { maxLength: 12 })
    fc.assert(fc.property(parents, (all) => {
      const forest = treeOf(...all.map((parent, index) => span({ id: index + 1, parent, name: String(index) })))
      const seen = [...TraceTree.nodes(forest.traces.flatMap((trace) => trace.roots))]
      expect(seen.map(({ node }) => node.name).sort()).toEqual(all.map((_, index) => String(index)).sort())
      for (const { node, parent } of seen) {
        expect(parent === undefined || parent.spanId === node.parentSpanId).toBe(true)
        expect(parent === undefined).toBe(node.parentSpanId === null || node.orphan || node.cyclic)
      }
    }))
  })

  it.effect("can be built from records in memory", () =>
    Effect.gen(function*() {
      const memory = yield* InMemoryTelemetry
      yield* Loom.tokensInput(3, { model: "m" }).pipe(
        Telemetry.withSpan("inner"),
        Effect.zipRight(memory.open),
        Telemetry.withSpan("outer")
      )
      const forest = TraceTree.fromSpans(yield* memory.spans, { metrics: yield* memory.metrics })
      expect(shape(forest)).toEqual(["outer", "  inner"])
      expect(forest.traces[0]!.roots[0]!.children[0]!.metrics.map(({ value }) => value)).toEqual([3])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it("labels a span by its distinguishing attributes", () => {
    const call = (name: string, attributes: {}) => TraceTree.label({ name, attributes })
    expect(call("loom.tool", { tool: "delegate", worker: "writer" })).toBe("loom.tool delegate writer")
    expect(call("loom.run", { agent: "editor" })).toBe("loom.run editor")
    expect(call("loom.run", {})).toBe("loom.run")
    expect(call("constructor", { agent: "editor" })).toBe("constructor")
  })
})
