/**
 * Trees as large as those of an agent that runs for a day.
 */
import { describe, expect, it } from "@effect/vitest"
import type { AttributeValue, SpanNode } from "loom-telemetry"
import {
  containing,
  formatMismatches,
  matchTree,
  mismatchOf,
  optional,
  some,
  type SpanExpectation,
  type SpanList,
  unordered
} from "loom-telemetry/testing"
import { below, inWords } from "./differences.js"
import { type Plan, record } from "./plans.js"

// Each takes seconds on an idle machine.
describe("large trees", { timeout: 60_000 }, () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ name: "step", attributes: { n } }))

  it("are compared to the last span, in order and in any order", () => {
    expect(below(numbered(3000), numbered(3000))).toEqual([])
    expect(below(numbered(600).toReversed(), unordered(numbered(600)))).toEqual([])
    expect(below(numbered(3000), [some({ name: "step" })])).toEqual([])
    expect(below(numbered(3000), unordered([some({ name: "step" })]))).toEqual([])
  })

  it("yield only the one difference they have", () => {
    const spans = numbered(600).map((each, n) => n === 300 ? { ...each, attributes: { n: -1 } } : each)
    expect(below(spans, numbered(600))).toEqual(["root > step[301]: attributes.n"])
    expect(below(spans.toReversed(), unordered(numbered(600)))).toEqual(["root > step[300]: attributes.n"])
    expect(below(numbered(599), numbered(600))).toEqual(["root > step[600]: missing"])
  })

  /** CPU time in milliseconds, the best of three, so that other work on the machine is not measured. */
  const cpuOf = (work: () => void): number =>
    Math.min(...[1, 2, 3].map(() => {
      const before = process.cpuUsage()
      work()
      const { system, user } = process.cpuUsage(before)
      return (system + user) / 1000
    }))

  it.each<readonly [string, (n: number) => Plan, (n: number) => SpanExpectation, differences: number]>([
    ["a value", (n) => ({ name: "s", attributes: { n } }), (n) => ({ name: "s", attributes: { n: -1 - n } }), 1],
    [
      "a predicate",
      (n) => ({ name: "s", attributes: { n } }),
      () => ({ name: /s/, attributes: { n: () => false } }),
      1
    ],
    ["all fields", (n) => ({ name: "s", attributes: { n } }), (n) => ({
      name: "s",
      outcome: "failure",
      attributes: { n: -1 - n, b: 1, c: { d: 1 } },
      events: ["x"]
    }), 5],
    ["a name", (n) => ({ name: "s", attributes: { n } }), (n) => ({ name: "other", attributes: { n: -1 - n } }), 2],
    ["a name each", (n) => ({ name: `s${n}` }), (n) => ({ name: `other${n}`, attributes: { n } }), 2],
    [
      "a value and its children",
      (n) => ({ name: "s", attributes: { n }, children: [{ name: "t", attributes: { n } }] }),
      (n) => ({
        name: "s",
        attributes: { n: -1 - n },
        children: [{ name: "t", attributes: { n: -1 - n } }]
      }),
      2
    ]
  ])(
    "with 2,000 unordered spans that all differ in %s are compared in less than a second",
    (_, plan, expected, differences) => {
      const numbers = Array.from({ length: 2000 }, (_, n) => n)
      const [tree] = record({ name: "root", children: numbers.map(plan) })
      const expectation = { name: "root", children: unordered(numbers.map(expected)) }
      expect(matchTree(tree!, expectation)).toHaveLength(2000 * differences)
      expect(cpuOf(() => mismatchOf(tree!, expectation))).toBeLessThan(1000)
    }
  )

  it("can be compared if spans at both ends are optional", () => {
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

  it("may be deeper than the call stack where they are not checked", () => {
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

  /** A chain of spans, built from the deepest up, and its expectation. */
  const chain = (
    levels: number,
    changed: (level: number) => boolean,
    list = (each: SpanExpectation): SpanList => containing([each])
  ) => {
    const [{ span }] = record({ name: "a" }) as [SpanNode]
    let tree: SpanNode = { span: { ...span, name: "last" }, children: [] }
    let expectation: SpanExpectation = { name: "last", children: [] }
    for (let level = levels - 1; level >= 0; level--) {
      const attributes = { level: changed(level) ? -1 : level }
      tree = { span: { ...span, name: "level", attributes }, children: [tree] }
      expectation = { name: "level", attributes: { level }, children: list(expectation) }
    }
    return { tree, expectation }
  }

  const never = () => false

  /** A generous timeout: these tests are about depth, not speed. */
  const patient = 60_000

  it.each<readonly [string, (each: SpanExpectation) => SpanList]>([
    ["in order", (each) => ({ spans: [each], ordered: true, others: false })],
    ["in any order", (each) => unordered([each])],
    ["among others", (each) => containing([each])],
    ["repeated", (each) => ({ spans: [some(each), optional({ name: "other" })], ordered: true, others: false })]
  ])("may be expected ten thousand levels deep, %s", (_, list) => {
    const right = chain(10_000, never, list)
    expect(matchTree(right.tree, right.expectation).length).toBe(0)
    const wrongAt = [[0, 1], [1, 400], [49, 400], [50, 400], [51, 400], [199, 400], [201, 400], [
      9_999,
      10_000
    ]] as const
    for (const [wrong, levels] of wrongAt) {
      const { expectation, tree } = chain(levels, (level) => level === wrong, list)
      const found = matchTree(tree, expectation)
      expect(found.map(({ kind, path }) => [kind, path.length])).toEqual([["different", wrong + 1]])
    }
  }, patient)

  it("have a readable message for a difference ten thousand levels deep", () => {
    const { expectation, tree } = chain(10_000, (level) => level === 9_990)
    const { actual, expected, message } = mismatchOf(tree, expectation)!
    expect(message.length).toBeLessThan(20_000)
    expect(message).toContain("level > … 9961 spans … > level")
    expect(message).toContain("attribute level\n   expected  9990\n   recorded  -1\n")
    expect(message).toMatch(/1> +• level level=9990  — children among others\n/)
    const [before, after] = [expected.split("\n"), actual.split("\n")]
    expect(before.length).toBe(10_001)
    expect(before.filter((line, index) => line !== after[index]).map((line) => line.trim())).toEqual([
      "• level level=9990"
    ])
  }, patient)

  it("can be compared if every one of ten thousand levels differs", () => {
    const { expectation, tree } = chain(10_000, () => true)
    const found = matchTree(tree, expectation)
    expect(found.length).toBe(10_000)
    expect(found.every(({ kind }, level) => kind === "different" && found[level]!.path.length === level + 1)).toBe(true)
  }, patient)

  it("may have values ten thousand levels deep", () => {
    const [{ span }] = record({ name: "a" }) as [SpanNode]
    const nested = (last: AttributeValue): AttributeValue => {
      let value = last
      for (let level = 0; level < 10_000; level++) {
        value = level % 2 === 0 ? [value] : { value }
      }
      return value
    }
    const tree = { span: { ...span, attributes: { deep: nested(NaN) } }, children: [] }
    expect(matchTree(tree, { name: "a", attributes: { deep: nested(NaN) } }).length).toBe(0)
    const [found, ...more] = matchTree(tree, { name: "a", attributes: { deep: nested("NaN") } })
    expect(more.length).toBe(0)
    expect(formatMismatches([found!])).toContain("\n   expected  \"NaN\"\n   recorded  NaN")
    expect(mismatchOf(tree, { name: "a", attributes: { deep: nested([]) } })!.message).toContain("…")
  })
})
