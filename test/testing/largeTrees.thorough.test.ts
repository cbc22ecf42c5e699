/**
 * Trees as large as an agent records in a day.
 */
import { describe, expect, it } from "@effect/vitest"
import { containing, matchTree, optional, some, type SpanExpectation, unordered } from "loom-telemetry/testing"
import { below, inWords } from "./differences.js"
import { type Plan, record } from "./plans.js"

describe("large trees", () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ name: "step", attributes: { n } }))

  it("are compared to the last span, in order and in any order", () => {
    expect(below(numbered(3000), numbered(3000))).toEqual([])
    expect(below(numbered(600).toReversed(), unordered(numbered(600)))).toEqual([])
    expect(below(numbered(3000), [some({ name: "step" })])).toEqual([])
    expect(below(numbered(3000), unordered([some({ name: "step" })]))).toEqual([])
  })

  it("show their only difference", () => {
    const spans = numbered(600).map((each, n) => n === 300 ? { ...each, attributes: { n: -1 } } : each)
    expect(below(spans, numbered(600))).toEqual(["root > step[301]: attributes.n"])
    expect(below(spans.toReversed(), unordered(numbered(600)))).toEqual(["root > step[300]: attributes.n"])
    expect(below(numbered(599), numbered(600))).toEqual(["root > step[600]: missing"])
  })

  it("are compared if spans at both ends are optional", () => {
    const around = (
      spans: ReadonlyArray<SpanExpectation>
    ) => [optional({ name: "x" }), ...spans, optional({ name: "y" })]
    const spans = numbered(700)
    const odd = spans.filter(({ attributes }) => attributes.n % 2 === 1)
    const other = spans.map((each, n) => n === 300 ? { ...each, attributes: { n: -1 } } : each)
    expect(below(spans, around(spans))).toEqual([])
    expect(below([{ name: "x" }, ...spans, { name: "y" }], around(spans))).toEqual([])
    expect(below(spans, containing(around(odd)))).toEqual([])
    expect(below(other, around(spans))).toEqual(["root > step[301]: attributes.n"])
    expect(below(spans.slice(0, -1), around(spans))).toEqual(["root > step[700]: missing"])
    expect(below([...spans, { name: "z" }], around(spans))).toEqual(["root > z: unexpected"])
  })

  it("may be deeper than the call stack if nothing is expected below", () => {
    let plan: Plan = { name: "a" }
    for (let depth = 0; depth < 200; depth++) {
      plan = { name: "deep", children: [plan] }
    }
    let [tree] = record(plan)
    for (let depth = 0; depth < 20_000; depth++) {
      tree = { span: tree!.span, children: [tree!] }
    }
    expect(matchTree(tree!, { name: "deep" })).toEqual([])
    expect(matchTree(tree!, { name: "deep", children: [] }).map(inWords)).toEqual(["deep > deep: unexpected"])
  })
})
