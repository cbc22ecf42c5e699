/**
 * Compares the result for a list of children with that of trying every pairing.
 */
import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { SpanNode } from "loom-telemetry"
import { matchTree, oneOf, type SpanExpectation, type SpanList, times, unordered } from "loom-telemetry/testing"
import { record } from "./plans.js"

/** An expectation that several spans fit, and how often it is expected. */
interface Pattern {
  readonly values: ReadonlyArray<number>
  readonly range: readonly [least: number, most: number]
}

const value = fc.integer({ min: 0, max: 3 })

const pattern = fc.record<Pattern>({
  values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
  range: fc.constantFrom<Pattern["range"]>([1, 1], [1, 1], [0, 1], [1, Infinity], [0, Infinity], [2, 2], [1, 2])
})

const roots = [0, 1, 2, 3].map((n) => record({ name: "root", children: [{ name: "s", attributes: { n } }] })[0]!)

const treeOf = (numbers: ReadonlyArray<number>): SpanNode => ({
  span: roots[0]!.span,
  children: numbers.map((n) => ({ ...roots[n]!.children[0]! }))
})

const listOf = (patterns: ReadonlyArray<Pattern>, nested: boolean): ReadonlyArray<SpanExpectation> =>
  patterns.map(({ range, values }) =>
    times(range, { name: "s", attributes: { n: oneOf(...values) }, ...(nested && { children: [] }) })
  )

/** Every way to assign a pattern, or none, to each span. */
const pairings = (spans: number, patterns: number): ReadonlyArray<ReadonlyArray<number | undefined>> =>
  spans === 0
    ? [[]]
    : pairings(spans - 1, patterns).flatMap((before) =>
      [undefined, ...Array.from({ length: patterns }).keys()].map((pattern) => [...before, pattern])
    )

const isRight = (
  pairing: ReadonlyArray<number | undefined>,
  numbers: ReadonlyArray<number>,
  patterns: ReadonlyArray<Pattern>,
  { ordered, others }: SpanList
): boolean => {
  const taken = pairing.filter((each) => each !== undefined)
  return (others || taken.length === numbers.length) &&
    (!ordered || taken.every((each, index) => index === 0 || taken[index - 1]! <= each)) &&
    pairing.every((each, index) => each === undefined || patterns[each]!.values.includes(numbers[index]!)) &&
    patterns.every(({ range: [least, most] }, index) => {
      const count = taken.filter((each) => each === index).length
      return least <= count && count <= most
    })
}

describe("a list of children", () => {
  it("is as expected exactly if there is a correct pairing", () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 4 }),
        fc.array(pattern, { maxLength: 3 }),
        fc.record({ ordered: fc.boolean(), others: fc.boolean() }),
        fc.boolean(),
        (numbers, patterns, flags, nested) => {
          const list = { ...flags, spans: listOf(patterns, nested) }
          const mismatches = matchTree(treeOf(numbers), { name: "root", children: list })
          expect(mismatches.length === 0).toBe(
            pairings(numbers.length, patterns.length).some((pairing) => isRight(pairing, numbers, patterns, list))
          )
        }
      ),
      { numRuns: 2000 }
    )
  })

  it("is as expected even if the last span requires all other pairs to change", () => {
    const count = 300
    const spans = Array.from({ length: count }, (_, n) => ({ name: "s", attributes: { n: oneOf(n, n + 1) } }))
    const numbers = Array.from({ length: count }, (_, n) => n + 1)
    const children = [...numbers, 0].map((n): SpanNode => ({
      span: { ...roots[0]!.children[0]!.span, attributes: { n } },
      children: []
    }))
    const last = { name: "s", attributes: { n: oneOf(count) } }
    expect(matchTree({ ...roots[0]!, children }, { name: "root", children: unordered([...spans, last]) })).toEqual([])
  })

  it("is compared in bounded time even if thousands of spans differ", () => {
    const count = 2000
    const children = Array.from({ length: count }, (_, n) => ({
      span: { ...roots[0]!.children[0]!.span, attributes: { n } },
      children: []
    }))
    let checks = 0
    const never = () => {
      checks++
      return false
    }
    const spans = Array.from({ length: count }, () => ({ name: "s", attributes: { n: never } }))
    for (const list of [spans, unordered(spans)]) {
      checks = 0
      expect(matchTree({ ...roots[0]!, children }, { name: "root", children: list })).toHaveLength(count)
      expect(checks).toBeLessThan(500_000)
    }
  })
})
