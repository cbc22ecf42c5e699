/**
 * Which recorded trees an expectation accepts, and which differences it reports for others.
 */
import { describe, expect, it } from "@effect/vitest"
import {
  absent,
  any,
  atLeast,
  atMost,
  boolean,
  closeTo,
  containing,
  exactly,
  expectTree,
  matching,
  matchTree,
  number,
  oneOf,
  optional,
  some,
  string,
  times,
  TraceMismatch,
  unordered,
  type ValueExpectation
} from "loom-telemetry/testing"
import { below, differences } from "./differences.js"
import { type Plan, record } from "./plans.js"

const a = { name: "a" }
const b = { name: "b" }
const c = { name: "c" }

describe("a field", () => {
  it("is not checked if it is omitted", () => {
    const tree = record({ name: "root", attributes: { n: 1 }, outcome: "failure", children: [a, b] })
    expect(differences(tree, { name: "root" })).toEqual([])
  })

  it("is checked if it is given: name, attributes, outcome, exception, duration, events", () => {
    const tree = record({ name: "root", attributes: { n: 1 }, outcome: "failure", exception: "no" })
    expect(differences(tree, {
      name: /^r.ot$/g,
      attributes: { n: 1 },
      outcome: "failure",
      exception: /^no$/,
      durationMs: 0,
      events: []
    })).toEqual([])
    expect(differences(tree, {
      name: "root",
      attributes: { n: 2, m: 1 },
      outcome: "success",
      exception: null,
      durationMs: atLeast(1),
      events: ["log"]
    })).toEqual(["durationMs", "attributes.n", "attributes.m", "outcome", "exception", "events"]
      .map((field) => `root: ${field}`))
  })
})

describe("a name", () => {
  it("is the whole name, or a pattern that occurs in it", () => {
    const tree = record({ name: "loom.tool" })
    expect(differences(tree, { name: "loom" })).toEqual(["loom.tool: name"])
    expect(differences(tree, { name: /loom/ })).toEqual([])
    expect(differences(tree, { name: /^tool/ })).toEqual(["loom.tool: name"])
  })
})

describe("an attribute", () => {
  const recorded = {
    text: "call_7",
    n: 3,
    fraction: 0.1 + 0.2,
    yes: true,
    list: [1, "x"],
    nested: { deep: [{ n: 1 }] }
  }
  const check = (attributes: { readonly [key: string]: ValueExpectation }) =>
    differences(record({ name: "s", attributes: recorded }), { name: "s", attributes })

  it.each<[string, { readonly [key: string]: ValueExpectation }]>([
    ["itself", recorded],
    ["any and absent", { text: any, nested: any, other: absent }],
    ["types", { text: string, n: number, yes: boolean }],
    ["patterns", { text: matching(/^call_/g) }],
    ["patterns without a matcher", { text: /\d$/g }],
    ["one of several values", { n: oneOf(1, 3), yes: oneOf("no", true) }],
    ["bounds", { n: atLeast(3), fraction: atMost(0.4) }],
    ["sums of fractions", { fraction: closeTo(0.3) }],
    ["functions", { n: (value) => typeof value === "number" && value > 2 }],
    ["nested matchers", { list: [number, /x/], nested: { deep: [{ n: atLeast(1) }] } }]
  ])("matches %s", (_, attributes) => expect(check(attributes)).toEqual([]))

  it.each<[string, { readonly [key: string]: ValueExpectation }, string]>([
    ["another type", { n: "3" }, "attributes.n"],
    ["a missing value", { other: any }, "attributes.other"],
    ["a value that should not exist", { n: absent }, "attributes.n"],
    ["a pattern for a number", { n: matching(/3/) }, "attributes.n"],
    ["a bound for a string", { text: atLeast(0) }, "attributes.text"],
    ["a bound that is too low", { n: atMost(2.9) }, "attributes.n"],
    ["none of the options", { n: oneOf(1, "3") }, "attributes.n"],
    ["a number that is slightly different", { fraction: closeTo(0.3, 1e-17) }, "attributes.fraction"],
    ["a function that returns false", { n: (value) => value === 4 }, "attributes.n"],
    ["a function that throws", { n: (value) => (value as string).startsWith("3") }, "attributes.n"],
    ["a different item", { list: [1, "y"] }, "attributes.list.1"],
    ["a shorter list", { list: [1] }, "attributes.list"],
    ["a different nested value", { nested: { deep: [{ n: 2 }] } }, "attributes.nested.deep.0.n"],
    ["an object without the key", { nested: {} }, "attributes.nested.deep"],
    ["a list for an object", { nested: [] }, "attributes.nested"],
    ["an object for a list", { list: {} }, "attributes.list"]
  ])("does not match %s", (_, attributes, field) => expect(check(attributes)).toEqual([`s: ${field}`]))

  it("may have the name of a built-in member", () => {
    expect(check({ toString: any })).toEqual(["s: attributes.toString"])
    expect(check({ toString: absent })).toEqual([])
  })

  it("may exist even if it is not expected, except with exactly", () => {
    const tree = record({ name: "s", attributes: { n: 1, m: 2 } })
    expect(differences(tree, { name: "s", attributes: exactly({ n: 1, m: number }) })).toEqual([])
    expect(differences(tree, { name: "s", attributes: exactly({ n: 1 }) })).toEqual(["s: attributes.m"])
  })
})

describe("children", () => {
  it("must be the expected ones, in this order, and no others", () => {
    expect(below([a, b], [a, b])).toEqual([])
    expect(below([a, b, c], [a, c])).toEqual(["root > b: unexpected"])
    expect(below([a, c], [a, b, c])).toEqual(["root > b: missing"])
    expect(below([a], [])).toEqual(["root > a: unexpected"])
    expect(below([b, c, a], [a, b, c])).toEqual(["root > a: misplaced 1 3"])
  })

  it("are reported as misplaced if they are at another position, even next to others that differ", () => {
    const tool = (id: string, ok: boolean) => ({ name: "tool", attributes: { id, ok } })
    expect(below([tool("2", true), tool("1", true)], [tool("1", true), tool("2", true)]))
      .toEqual([expect.stringMatching(/misplaced/)])
    expect(below([a, b], [a, b, { name: "b", attributes: { n: 1 } }])).toEqual(["root > b[2]: missing"])
    expect(below([b, a, tool("1", false)], [a, b, tool("1", true)]))
      .toEqual([expect.stringMatching(/misplaced/), "root > tool: attributes.ok"])
  })

  it("may be in any order with unordered", () => {
    expect(below([c, a, b], unordered([a, b, c]))).toEqual([])
    expect(below([c, a, b], unordered([a, c]))).toEqual(["root > b: unexpected"])
    expect(below([c, a], unordered([a, b, c]))).toEqual(["root > b: missing"])
  })

  it("may be among others, in order, with containing", () => {
    expect(below([a, b, c], containing([a, c]))).toEqual([])
    expect(below([a, b, c], containing([c, a]))).toEqual(["root > c: misplaced 1 3"])
    expect(below([a, b], containing([c]))).toEqual(["root > c: missing"])
    expect(below([b, c, a], unordered(containing([a, b])))).toEqual([])
    expect(below([b, c], containing(unordered([a, b])))).toEqual(["root > a: missing"])
  })

  it("must occur as often as expected", () => {
    expect(below([a, a, b], [times(2, a), b])).toEqual([])
    expect(below([a, b], [times(3, a), b])).toEqual(["root > a: missing"])
    expect(below([a, a, a], [times([1, 2], a)])).toEqual(["root > a[3]: unexpected"])
    expect(below([b], [times(0, a), b])).toEqual([])
    expect(below([a, b], [times(0, a), b])).toEqual(["root > a: unexpected"])
    expect(below([a, a, a, b], [some(a), b])).toEqual([])
    expect(below([b], [some(a), b])).toEqual(["root > a: missing"])
    expect(below([b], [optional(a), b])).toEqual([])
    expect(below([a, b], [optional(a), b])).toEqual([])
    expect(below([a, a, b], [optional(a), b])).toEqual(["root > a[2]: unexpected"])
    expect(below([b, a, b, a], unordered([times(2, a), some(b)]))).toEqual([])
    expect(below([b, c, b, a], unordered([some(a), some(b), optional(c)]))).toEqual([])
    expect(below([a, b, a], containing([times(2, a)]))).toEqual([])
  })

  it("are checked for each occurrence of a repeated span", () => {
    const turn = (ok: boolean): Plan => ({ name: "turn", children: [{ name: "tool", attributes: { ok } }] })
    const expected = some({ name: "turn", children: [{ name: "tool", attributes: { ok: true } }] })
    expect(below([turn(true), turn(true), turn(true)], [expected])).toEqual([])
    expect(below([turn(true), turn(false), turn(true)], [expected])).toEqual(["root > turn[2] > tool: attributes.ok"])
  })

  it("cause a RangeError if the number of times is invalid", () => {
    for (const count of [-1, 1.5, NaN, [2, 1], [0, 1.5], [Infinity, Infinity]] as const) {
      expect(() => below([a], [times(count, a)])).toThrow(RangeError)
    }
  })
})

describe("an expected and a recorded span", () => {
  const tool = (attributes: Plan["attributes"] & object): Plan => ({ name: "tool", attributes })
  const wanted = (attributes: { readonly [key: string]: ValueExpectation }) => ({ name: "tool", attributes })

  it("are paired so that the fewest differences remain, not first come, first served", () => {
    const children = [tool({ id: "1", kind: "x" }), tool({ id: "2", kind: "x" })]
    // The first span also fits the first expectation, but then nothing is left for the second.
    expect(below(children, unordered([wanted({ kind: "x" }), wanted({ id: "1" })]))).toEqual([])
    expect(below(children, unordered([wanted({ kind: "x" }), wanted({ id: "3", kind: "x" })])))
      .toEqual([expect.stringMatching(/attributes\.id$/)])
  })

  it("are one span with different fields if they have the same name, not a missing and an unexpected one", () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 1]))
    const other = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 2]))
    const expected = Object.keys(many).map((key) => `root > tool: attributes.${key}`)
    expect(below([tool(many)], [wanted(other)])).toEqual(expected)
    expect(below([tool(many)], unordered([wanted(other)]))).toEqual(expected)
    expect(below([a, tool(many), b], containing([wanted(other)]))).toEqual(expected)
  })

  it("are one span with a different name if their children match", () => {
    const children = [{ name: "old", children: [a, b, c] }, b]
    expect(below(children, [{ name: "new", children: [a, b, c] }, b])).toEqual(["root > old: name"])
  })

  it("are a missing and an unexpected one if neither the name nor anything else matches", () => {
    expect(below([tool({ id: "1" })], [{ name: "other", attributes: { id: "2" } }]))
      .toEqual(["root > other: missing", "root > tool: unexpected"])
  })

  it("are labelled in the path by what identifies them, and numbered if labels are the same", () => {
    const children = [
      tool({ tool: "add", ok: true }),
      tool({ tool: "add", ok: false }),
      tool({ tool: "sub", ok: true })
    ]
      .map((each) => ({ ...each, name: "loom.tool" }))
    const ok = (name: string) => ({ name: "loom.tool", attributes: { tool: name, ok: true } })
    expect(below(children, [ok("add"), ok("add"), ok("mul")])).toEqual([
      "root > loom.tool add[2]: attributes.ok",
      "root > loom.tool sub: attributes.tool"
    ])
    expect(below(children.slice(0, 2), [ok("add"), { name: "loom.tool" }, ok("mul")])).toEqual([
      "root > loom.tool mul: missing"
    ])
  })
})

describe("roots", () => {
  it("may be one, a list, unordered, or among others", () => {
    const tree = record(a, b)
    expect(differences(tree, a)).toEqual(["b: unexpected"])
    expect(differences(tree[0] === undefined ? [] : [tree[0]], a)).toEqual([])
    expect(matchTree(tree[0]!, a)).toEqual([])
    expect(differences(tree, [a, b])).toEqual([])
    expect(differences(tree, unordered([b, a]))).toEqual([])
    expect(differences(tree, containing([b]))).toEqual([])
    expect(differences([], a)).toEqual(["a: missing"])
    expect(differences([], [])).toEqual([])
  })
})

describe("expectTree", () => {
  it("throws an error with data, two strings, and a stack that points at the test", () => {
    try {
      expectTree(record(a), { name: "b" })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(TraceMismatch)
      expect(error).toMatchObject({ name: "TraceMismatch", _tag: "TraceMismatch", expected: "• b", actual: "• a" })
      const { mismatches, stack = "" } = error as TraceMismatch
      expect(mismatches).toEqual([{ kind: "different", path: ["a"], field: ["name"], expected: "b", actual: "a" }])
      expect(/^ +at .*$/m.exec(stack)?.[0]).toContain("expectTree.test.ts")
    }
  })

  it("does not throw if the tree is as expected", () => {
    expect(expectTree(record(a), a)).toBeUndefined()
  })
})
