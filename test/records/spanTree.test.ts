import { describe, expect, it } from "@effect/vitest"
import { type SpanNode, type SpanRecord, spanTree } from "loom-telemetry"

const span = (spanId: string, parentSpanId: string | null, at: number, traceId = "t"): SpanRecord => ({
  name: `${spanId}@${at}`,
  traceId,
  spanId,
  parentSpanId,
  startedAt: new Date(at),
  endedAt: new Date(at + 1),
  durationMs: 1,
  attributes: {},
  outcome: "success",
  exception: null,
  events: [],
  links: []
})

const shape = (nodes: ReadonlyArray<SpanNode>): ReadonlyArray<unknown> =>
  nodes.map(({ children, span }) => children.length === 0 ? span.name : [span.name, ...shape(children)])

describe("spanTree", () => {
  it("puts children below their parents in the order in which they started", () => {
    expect(shape(spanTree([span("c", "b", 2), span("d", "a", 3), span("b", "a", 1), span("a", null, 0)])))
      .toEqual([["a@0", ["b@1", "c@2"], "d@3"]])
  })

  it("keeps a span whose parent is missing as a root", () => {
    expect(shape(spanTree([span("b", "a", 1), span("c", null, 0)]))).toEqual(["c@0", "b@1"])
  })

  it("keeps every span of a cycle", () => {
    expect(shape(spanTree([span("a", "b", 0), span("b", "a", 1), span("c", "c", 2)]))).toEqual([["a@0", "b@1"], "c@2"])
  })

  it("keeps both spans if two have the same id", () => {
    expect(shape(spanTree([span("a", null, 0), span("a", null, 1), span("b", "a", 2)]))).toEqual([
      ["a@0", "b@2"],
      "a@1"
    ])
  })

  it("does not link spans of different traces", () => {
    expect(shape(spanTree([span("a", null, 0, "t1"), span("b", "a", 1, "t2")]))).toEqual(["a@0", "b@1"])
  })
})
