import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { ChromeTrace, entriesOf, TraceTree } from "loom-telemetry/readers"
import { file, span, spanStart } from "./lines.js"

const forestOf = (...lines: ReadonlyArray<string>) => TraceTree.fromEntries(entriesOf(file(...lines)))

const eventsOf = (forest: TraceTree.TraceForest): ReadonlyArray<any> =>
  JSON.parse([...ChromeTrace.pieces(forest)].join(""))

const lanesOf = (forest: TraceTree.TraceForest) => {
  const trace = forest.traces[0]!
  return new Map([...ChromeTrace.lanes(trace.roots, trace.end)].map(([node, lane]) => [node.name, lane]))
}

describe("Chrome trace events", () => {
  it("have one process per trace, times in microseconds, and all recorded data", () => {
    const events = eventsOf(forestOf(
      span({
        id: 2,
        parent: 1,
        name: "loom.tool",
        start: 1.5,
        ms: 2,
        attributes: { tool: "add" },
        outcome: "failure",
        exception: "Error: x"
      }),
      span({
        id: 1,
        name: "a",
        ms: 10,
        events: [{ name: "log", time: "2026-01-31T12:00:00.004000Z", attributes: { x: 1 } }]
      }),
      span({ trace: 2, id: 3, name: "b", start: 20, ms: 1 })
    ))
    expect(events.filter(({ ph }) => ph === "X").map(({ args: _, ...event }) => event)).toEqual([
      { ph: "X", name: "a", cat: "success", pid: 1, tid: 0, ts: 0, dur: 10_000 },
      { ph: "X", name: "loom.tool add", cat: "failure", pid: 1, tid: 0, ts: 1500, dur: 2000 },
      { ph: "X", name: "b", cat: "success", pid: 2, tid: 0, ts: 20_000, dur: 1000 }
    ])
    expect(events.find(({ cat }) => cat === "failure").args).toMatchObject({ tool: "add", exception: "Error: x" })
    expect(events.find(({ ph }) => ph === "i")).toMatchObject({ name: "log", ts: 4000, pid: 1, tid: 0, args: { x: 1 } })
  })

  it("are an empty list for an empty file", () => {
    expect(eventsOf(forestOf())).toEqual([])
  })

  it("draw an open span until the end of its trace", () => {
    const events = eventsOf(forestOf(spanStart({ id: 1, name: "a" }), span({ id: 2, parent: 1, start: 1, ms: 4 })))
    expect(events.find(({ cat }) => cat === "open")).toMatchObject({ dur: 5000, args: { open: true } })
  })
})

describe("lanes", () => {
  it("are shared by sequential spans, and separate for parallel ones", () => {
    expect(lanesOf(forestOf(
      span({ id: 1, name: "root", ms: 10 }),
      span({ id: 2, parent: 1, name: "first", start: 0, ms: 4 }),
      span({ id: 3, parent: 1, name: "beside", start: 1, ms: 2 }),
      span({ id: 4, parent: 3, name: "below", start: 1, ms: 1 }),
      span({ id: 5, parent: 1, name: "after", start: 4, ms: 2 })
    ))).toEqual(new Map([["root", 0], ["first", 0], ["beside", 1], ["below", 1], ["after", 0]]))
  })

  it("move a span that outlives its parent to another lane", () => {
    const lanes = lanesOf(
      forestOf(span({ id: 1, name: "root", ms: 10 }), span({ id: 2, parent: 1, name: "daemon", start: 5, ms: 10 }))
    )
    expect(lanes.get("daemon")).not.toBe(lanes.get("root"))
  })

  it("contain overlapping spans only if one is an ancestor of the other, for any tree", () => {
    const spans = fc.array(fc.record({ parent: fc.nat(), start: fc.nat(12), ms: fc.nat(8) }), {
      minLength: 1,
      maxLength: 14
    })
    fc.assert(
      fc.property(spans, (all) => {
        const forest = forestOf(
          ...all.map(({ ms, parent, start }, index) =>
            span({ id: index + 1, parent: index === 0 ? null : 1 + parent % index, start, ms })
          )
        )
        const { end, roots } = forest.traces[0]!
        const lanes = [...ChromeTrace.lanes(roots, end)]
        const above = new Map([...TraceTree.nodes(roots)].map(({ node, parent }) => [node, parent]))
        const isAbove = (a: TraceTree.TraceNode, b: TraceTree.TraceNode): boolean => {
          for (let at = above.get(b); at !== undefined; at = above.get(at)) {
            if (at === a) {
              return true
            }
          }
          return false
        }
        expect(lanes.length).toBe(all.length)
        for (const [a, lane] of lanes) {
          for (const [b, other] of lanes) {
            const together = a !== b && lane === other && a.start < b.end! && b.start < a.end!
            if (together) {
              const [outer, inner] = isAbove(a, b) ? [a, b] : [b, a]
              expect(isAbove(outer, inner)).toBe(true)
              expect(outer.start <= inner.start && inner.end! <= outer.end!).toBe(true)
            }
          }
        }
      }),
      { numRuns: 1000 }
    )
  })

  it("are planned for fifty thousand parallel spans", () => {
    const lines = Array.from(
      { length: 50_000 },
      (_, id) => span({ id: id + 1, parent: id === 0 ? null : 1, start: id / 1000, ms: 1000 })
    )
    const { end, roots } = forestOf(...lines).traces[0]!
    expect(new Set(ChromeTrace.lanes(roots, end).values()).size).toBeGreaterThan(49_000)
  }, 60_000)
})
