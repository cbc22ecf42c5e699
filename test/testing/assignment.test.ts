/**
 * The assignment problems, compared with trying out everything.
 */
import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { leastCost, mostPairs } from "../../src/testing/compare/assignment.js"

const table = (rows: number, columns: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows
  })

/** The least sum, each row and column taken once. */
const least = (costs: ReadonlyArray<ReadonlyArray<number>>, row = 0, taken: ReadonlySet<number> = new Set()): number =>
  row === costs.length
    ? 0
    : Math.min(
      ...costs[row]!.map((cost, column) =>
        taken.has(column) ? Infinity : cost + least(costs, row + 1, new Set([...taken, column]))
      )
    )

/** The most pairs. */
const most = (fits: ReadonlyArray<ReadonlyArray<number>>, row = 0, taken: ReadonlySet<number> = new Set()): number =>
  row === fits.length
    ? 0
    : Math.max(
      most(fits, row + 1, taken),
      ...fits[row]!.map((fit, column) =>
        fit > 5 && !taken.has(column) ? 1 + most(fits, row + 1, new Set([...taken, column])) : 0
      )
    )

describe("leastCost", () => {
  it("assigns each row a column of its own, for the least that there is", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 6 }).chain((size) => table(size, size)), (costs) => {
      const assigned = leastCost(costs.length, (row, column) => costs[row]![column]!)
      expect(assigned.toSorted((a, b) => a - b)).toEqual([...costs.keys()])
      expect(assigned.reduce((sum, column, row) => sum + costs[row]![column]!, 0)).toBe(least(costs))
    }))
  })
})

describe("mostPairs", () => {
  const size = fc.integer({ min: 0, max: 6 })

  it("makes as many pairs of those that fit as there can be", () => {
    fc.assert(
      fc.property(
        fc.tuple(size, size).chain(([rows, columns]) => fc.tuple(table(rows, columns), fc.constant(columns))),
        ([fits, columns]) => {
          const pairs = mostPairs(fits.length, columns, (row, column) => fits[row]![column]! > 5)
          const made = pairs.flatMap((column, row) => column < 0 ? [] : [[row, column] as const])
          expect(new Set(made.map(([, column]) => column)).size).toBe(made.length)
          expect(made.every(([row, column]) => fits[row]![column]! > 5)).toBe(true)
          expect(made.length).toBe(most(fits))
        }
      )
    )
  })

  it("leaves the first ones theirs", () => {
    fc.assert(fc.property(table(4, 4), (fits) => {
      const first = (count: number) =>
        mostPairs(count, 4, (row, column) => fits[row]![column]! > 5).map((column) => column >= 0)
      for (const count of [1, 2, 3]) {
        expect(first(4).slice(0, count)).toEqual(first(count))
      }
    }))
  })
})
