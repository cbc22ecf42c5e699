/**
 * Normalizing any value never throws, gives plain, bounded, frozen data, and does not change normalized values.
 * Compared with Node's equality, because vitest's treats an attribute named `constructor` as a type.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { deepStrictEqual } from "node:assert"
import {
  type AttributeLimits,
  type AttributeValue,
  defaultLimits,
  normalizeValue
} from "../../src/records/attributes.js"
import { build, hostileValue, planted } from "./hostile.js"

const small: AttributeLimits = { attributes: 4, valueLength: 24, depth: 3, items: 6, events: 4 }

/** The paths of values that a record must not contain. */
const flaws = (value: unknown, path = "value"): ReadonlyArray<string> => {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? [] : [`${path} has a lone surrogate`]
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? [] : [`${path} is ${value}`]
    case "boolean":
      return []
    case "object":
      return value === null ? [`${path} is null`] : structureFlaws(value, path)
    default:
      return [`${path} is ${typeof value}`]
  }
}

const structureFlaws = (value: object, path: string): ReadonlyArray<string> => [
  ...(Object.isFrozen(value) ? [] : [`${path} is not frozen`]),
  ...(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype ? [] : [`${path} is not plain`]),
  ...Object.keys(value).flatMap((key) => flaws((value as Record<string, unknown>)[key], `${path}.${key}`))
]

const textOf = (value: AttributeValue | undefined): number =>
  typeof value === "string"
    ? value.replace(/…(\[\+\d+ (chars|items|keys)\])?$/, "").length
    : typeof value === "object"
    ? Object.entries(value).reduce(
      (sum, [key, each]) => sum + textOf(each) + (Array.isArray(value) ? 0 : textOf(key)),
      0
    )
    : 0

const depthOf = (value: AttributeValue | undefined): number =>
  typeof value === "object" ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

describe("normalizing any value", () => {
  for (const [name, limits] of [["the default", defaultLimits], ["small", small]] as const) {
    it(`gives plain, frozen data within ${name} limits`, () => {
      fc.assert(fc.property(hostileValue, (recipe) => {
        const safe = normalizeValue(build(recipe), limits)
        expect(safe === undefined ? [] : flaws(safe)).toEqual([])
        expect(textOf(safe)).toBeLessThanOrEqual(limits.valueLength)
        expect(depthOf(safe)).toBeLessThanOrEqual(limits.depth)
      }))
    })

    it(`does not change normalized values, with ${name} limits`, () => {
      fc.assert(fc.property(hostileValue, (recipe) => {
        const once = normalizeValue(build(recipe), limits)
        deepStrictEqual(normalizeValue(once, limits), once)
      }))
    })
  }

  it("never shows redacted values", () => {
    fc.assert(fc.property(hostileValue, (recipe) => {
      expect(JSON.stringify(normalizeValue(build(recipe), defaultLimits)) ?? "").not.toContain(planted)
    }))
  })
})
