/**
 * Any tree matches its own records, and any single change is found and located.
 */
import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Outcome, SpanNode } from "loom-telemetry"
import {
  containing,
  formatMismatches,
  matchTree,
  mismatchOf,
  optional,
  some,
  type SpanExpectation,
  times,
  unordered
} from "loom-telemetry/testing"
import { anyPlan, expectationOf, type Plan, record, uniquelyNamed } from "./plans.js"

/** A generous timeout: properties do not depend on speed. */
const patient = 60_000

const listOf = ({ children }: SpanExpectation): ReadonlyArray<SpanExpectation> =>
  children as ReadonlyArray<SpanExpectation>

const forest = fc.array(anyPlan(3), { maxLength: 2 })

/** The path to every span of a plan, as indices of children. */
const placesOf = (plan: Plan, way: ReadonlyArray<number> = []): ReadonlyArray<ReadonlyArray<number>> => [
  way,
  ...(plan.children ?? []).flatMap((child, index) => placesOf(child, [...way, index]))
]

const at = (plan: Plan, [first, ...rest]: ReadonlyArray<number>): Plan =>
  first === undefined ? plan : at(plan.children![first]!, rest)

/** The names from the root to the span. */
const pathTo = (
  plan: Plan,
  way: ReadonlyArray<number>
): ReadonlyArray<string> => [
  ...Array.from({ length: way.length + 1 }, (_, length) => at(plan, way.slice(0, length)).name)
]

/** The plan with the span at this path replaced. */
const replaced = (plan: Plan, [first, ...rest]: ReadonlyArray<number>, by: (plan: Plan) => Plan): Plan =>
  first === undefined
    ? by(plan)
    : { ...plan, children: plan.children!.map((child, index) => index === first ? replaced(child, rest, by) : child) }

const withChildren = (change: (children: ReadonlyArray<Plan>) => ReadonlyArray<Plan>) => (plan: Plan): Plan => ({
  ...plan,
  children: change(plan.children ?? [])
})

/** A tree of spans with unique names, and one of them. */
const treeAndPlace = anyPlan(3).map(uniquelyNamed).chain((plan) =>
  fc.record({ plan: fc.constant(plan), way: fc.constantFrom(...placesOf(plan)), number: fc.nat() })
)

const changed = (plan: Plan, way: ReadonlyArray<number>, by: (plan: Plan) => Plan) => {
  const expectation = expectationOf(record(plan)[0]!)
  const after = replaced(plan, way, by)
  const tree = record(after)
  return { mismatches: matchTree(tree, expectation), after, failure: mismatchOf(tree, expectation) }
}

const other: Record<Outcome, Outcome> = { success: "failure", failure: "interrupted", interrupted: "success" }

describe("any recorded tree", () => {
  it("matches its own records", () => {
    fc.assert(fc.property(forest, (plans) => {
      const tree = record(...plans)
      expect(matchTree(tree, tree.map(expectationOf))).toEqual([])
    }))
  }, patient)

  it("matches its own records in any order if they are unordered", () => {
    const shuffled = (node: SpanNode, random: ReadonlyArray<number>): SpanExpectation => {
      const children = node.children.map((child) => shuffled(child, random))
      const order = children.map((_, index) => random[index % random.length]! + index)
      return {
        ...expectationOf(node),
        children: unordered(
          children.map((child, index) => [child, order[index]!] as const)
            .toSorted((a, b) => a[1] - b[1])
            .map(([child]) => child)
        )
      }
    }
    fc.assert(fc.property(anyPlan(3), fc.array(fc.nat(9), { minLength: 1 }), (plan, random) => {
      const tree = record(plan)
      expect(matchTree(tree, shuffled(tree[0]!, random))).toEqual([])
    }))
  }, patient)

  it("contains any part of itself, ordered and unordered", () => {
    fc.assert(fc.property(anyPlan(2), fc.array(fc.boolean(), { minLength: 1 }), (plan, keep) => {
      const [root] = record(plan)
      const part = listOf(expectationOf(root!)).filter((_, index) => keep[index % keep.length])
      for (const children of [containing(part), unordered(containing(part.toReversed()))]) {
        expect(matchTree(root!, { name: root!.span.name, children })).toEqual([])
      }
    }))
  }, patient)

  it("matches its own records if each may be repeated or omitted", () => {
    fc.assert(fc.property(anyPlan(2), fc.nat(), (plan, number) => {
      const [root] = record(plan)
      const expected = listOf(expectationOf(root!)).map((each, index) =>
        [each, optional(each), some(each), times([1, 3], each)][(number + index) % 4]!
      )
      const more = [...expected, optional({ name: "another" })]
      expect(matchTree(root!, { name: root!.span.name, children: more })).toEqual([])
      expect(matchTree(root!, { name: root!.span.name, children: unordered(more) })).toEqual([])
    }))
  }, patient)

  it("never matches after a change, whatever its spans are called", () => {
    fc.assert(fc.property(anyPlan(2), fc.nat(), (plan, number) => {
      const places = placesOf(plan)
      const way = places[number % places.length]!
      const changes: ReadonlyArray<(plan: Plan) => Plan> = [
        (span) => ({ ...span, name: `${span.name}!` }),
        (span) => ({ ...span, attributes: { ...span.attributes, another: 1 } }),
        (span) => ({ ...span, outcome: other[span.outcome ?? "success"] }),
        withChildren((children) => [...children, { name: "another" }]),
        withChildren((children) => [{ name: "another" }, ...children])
      ]
      for (const change of changes) {
        expect(changed(plan, way, change).mismatches).not.toEqual([])
      }
    }))
  }, patient)
})

describe("a single change is found and located if it is", () => {
  it("a different name", () => {
    fc.assert(fc.property(treeAndPlace, ({ plan, way }) => {
      const { after, mismatches } = changed(plan, way, (span) => ({ ...span, name: "another" }))
      expect(mismatches).toEqual([
        {
          kind: "different",
          path: pathTo(after, way),
          field: ["name"],
          expected: at(plan, way).name,
          actual: "another"
        }
      ])
    }))
  }, patient)

  it("a different, additional or missing attribute", () => {
    fc.assert(fc.property(treeAndPlace, fc.constantFrom("changed", undefined), ({ plan, way }, value) => {
      const before = replaced(plan, way, (span) => ({ ...span, attributes: { ...span.attributes, key: "old" } }))
      const { failure, mismatches } = changed(before, way, (span) => ({
        ...span,
        attributes: { ...span.attributes, key: value }
      }))
      expect(mismatches).toEqual([
        { kind: "different", path: pathTo(plan, way), field: ["attributes", "key"], expected: "old", actual: value }
      ])
      expect(failure?.message).toContain(
        `${pathTo(plan, way).join(" > ")}: attribute key\n   expected  old\n   recorded  ${value ?? "nothing"}\n`
      )
      const added = changed(plan, way, (span) => ({ ...span, attributes: { ...span.attributes, key: "new" } }))
      expect(added.mismatches).toMatchObject([{ path: pathTo(plan, way), field: ["attributes", "key"], actual: "new" }])
    }))
  }, patient)

  it("a different outcome", () => {
    fc.assert(fc.property(treeAndPlace, ({ plan, way }) => {
      const { mismatches } = changed(plan, way, (span) => ({ ...span, outcome: other[span.outcome!] }))
      expect(mismatches).toContainEqual({
        kind: "different",
        path: pathTo(plan, way),
        field: ["outcome"],
        expected: at(plan, way).outcome,
        actual: other[at(plan, way).outcome!]
      })
      expect(mismatches.every(({ path }) => path.join() === pathTo(plan, way).join())).toBe(true)
    }))
  }, patient)

  it("an additional child", () => {
    fc.assert(fc.property(treeAndPlace, ({ number, plan, way }) => {
      const { mismatches } = changed(
        plan,
        way,
        withChildren((children) => children.toSpliced(number % (children.length + 1), 0, { name: "another" }))
      )
      expect(mismatches).toMatchObject([{ kind: "unexpected", path: [...pathTo(plan, way), "another"] }])
    }))
  }, patient)

  it("a missing child", () => {
    fc.assert(fc.property(treeAndPlace, ({ number, plan, way }) => {
      const { children = [] } = at(plan, way)
      fc.pre(children.length > 0)
      const lost = number % children.length
      const { mismatches } = changed(plan, way, withChildren((all) => all.toSpliced(lost, 1)))
      expect(mismatches).toMatchObject([{ kind: "missing", path: [...pathTo(plan, way), children[lost]!.name] }])
    }))
  }, patient)

  it("a swap of two children", () => {
    fc.assert(fc.property(treeAndPlace, ({ number, plan, way }) => {
      const { children = [] } = at(plan, way)
      fc.pre(children.length > 1)
      const first = number % (children.length - 1)
      const swapped = children.toSpliced(first, 2, children[first + 1]!, children[first]!)
      const { mismatches } = changed(plan, way, withChildren(() => swapped))
      expect(mismatches).toHaveLength(1)
      expect(mismatches[0]!.kind).toBe("misplaced")
      const paths = [first, first + 1].map((index) => [...pathTo(plan, way), children[index]!.name])
      expect(paths).toContainEqual(mismatches[0]!.path)
    }))
  }, patient)
})

describe("a message", () => {
  it("contains only visible characters, whatever the spans contain", () => {
    const hostile = fc.string({ unit: "binary", maxLength: 20 })
    fc.assert(fc.property(hostile, hostile, hostile, (name, key, value) => {
      const tree = record({
        name,
        attributes: { [key]: value, nested: { [key]: [value] } },
        outcome: "failure",
        exception: value
      })
      const failure = mismatchOf(tree, { name: "wanted", attributes: { [key]: 1, nested: {} }, exception: "wanted" })!
      for (const text of [failure.message, failure.actual, formatMismatches(failure.mismatches)]) {
        expect(text).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u
        )
      }
      expect(failure.actual.split("\n")).toHaveLength(1)
    }))
  }, patient)
})
