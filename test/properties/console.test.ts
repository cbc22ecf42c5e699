/**
 * Any record on the console: one line, without terminal control characters, with exactly the fields of the record.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { type Attributes, defaultLimits } from "../../src/records/attributes.js"
import { instrumentKind } from "../../src/records/MetricRecord.js"
import { noRedactor } from "../../src/records/redact/Redactor.js"
import { columns } from "../../src/records/terminal/columns.js"
import { escapeText } from "../../src/records/terminal/escape.js"
import { metricLine, openLine, shownSpan, spanLine } from "../../src/records/terminal/recordLine.js"
import { AttributeBag } from "../../src/telemetry/tracing/attributeBag.js"
import { buildObject, hostileAttributes, hostileText, planted } from "./hostile.js"

const unsafe = /[\p{Cc}\p{Cf}\u2028\u2029\p{Surrogate}]/u

/** Format characters that are drawn: signs before Arabic, Syriac and Kaithi numbers, and the joiners of hieroglyphs. */
const drawn = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]|[\u{110bd}\u{110cd}\u{13430}-\u{1343f}]/gu

const record = fc.record({
  name: hostileText.map((name) => noRedactor.name(name)),
  attributes: hostileAttributes,
  exception: hostileText,
  outcome: fc.constantFrom("success" as const, "failure" as const, "interrupted" as const),
  depth: fc.nat(50)
})

type Recipe = typeof record extends fc.Arbitrary<infer A> ? A : never

const attributesOf = (recipe: Recipe): Attributes => {
  const bag = new AttributeBag(defaultLimits)
  bag.setAll(buildObject(recipe.attributes))
  return bag.finish()
}

/** The three kinds of lines. */
const linesOf = (recipe: Recipe, attributes: Attributes, width = Infinity): ReadonlyArray<string> => {
  const style = { color: false, width }
  const span = {
    name: recipe.name,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: null,
    start: 0n,
    end: 1_500_000n,
    sequence: 1,
    attributes,
    outcome: recipe.outcome,
    exception: recipe.outcome === "failure" ? recipe.exception.toWellFormed() : null,
    events: undefined,
    links: undefined
  }
  const metric = {
    name: recipe.name,
    value: 1,
    instrumentKind: instrumentKind(recipe.name),
    attributes,
    time: 0n,
    traceId: undefined,
    spanId: undefined
  }
  return [
    spanLine(shownSpan(span), recipe.depth, style),
    openLine(span, recipe.depth, style),
    metricLine(metric, recipe.depth, style)
  ]
}

const token = /^("(?:[^"\\]|\\.)*"|[^\s,="]+)/u

/** Splits a text after its first key, value or name. */
const readToken = (text: string): readonly [token: string, rest: string] => {
  const match = token.exec(text)
  if (match === null) {
    throw new Error(`no field at ${JSON.stringify(text.slice(0, 40))}`)
  }
  const shown = match[0].startsWith("\"") ? match[0].slice(1, -1).replace(/\\(["\\])/g, "$1") : match[0]
  return [shown, text.slice(match[0].length)]
}

/** The fields of a line as a reader sees them, and the rest of the line. */
const readFields = (text: string): readonly [fields: ReadonlyArray<readonly [string, string]>, rest: string] => {
  const fields: Array<readonly [string, string]> = []
  let rest = text
  for (let separator = " "; rest.startsWith(separator) && !/^ \[|^\n/.test(rest); separator = ", ") {
    const [key, afterKey] = readToken(rest.slice(separator.length))
    const [value, afterValue] = readToken(afterKey.slice(1))
    fields.push([key, value])
    rest = afterValue
  }
  return [fields, rest]
}

const shownValue = (value: Attributes[string]): string =>
  escapeText(
    typeof value === "object"
      ? JSON.stringify(value)
      : typeof value === "number" && !Number.isInteger(value) && Math.abs(value) >= 1e-6
      ? String(Number(value.toFixed(6)))
      : String(value)
  )

describe("any record on the console", () => {
  it("is one line without terminal control characters", () => {
    fc.assert(fc.property(record, fc.constantFrom(Infinity, 80, 20), (recipe, width) => {
      for (const line of linesOf(recipe, attributesOf(recipe), width)) {
        expect(line.endsWith("\n")).toBe(true)
        expect(line.slice(0, -1).replace(drawn, "")).not.toMatch(unsafe)
        expect(line).not.toContain(planted)
        expect(columns(line.slice(0, -1))).toBeLessThanOrEqual(width)
      }
    }))
  })

  it("has exactly the fields of the record, and no value can forge one", () => {
    fc.assert(fc.property(record, (recipe) => {
      const attributes = attributesOf(recipe)
      const expected = Object.entries(attributes).map(([key, value]) => [escapeText(key), shownValue(value)])
      const [ended] = linesOf(recipe, attributes)
      const [fields, rest] = readFields(ended!.slice(ended!.indexOf(" (1.5ms)") + " (1.5ms)".length))
      expect(fields).toEqual(expected)
      expect(rest).toBe(
        recipe.outcome === "success"
          ? "\n"
          : recipe.outcome === "interrupted"
          ? " [interrupted]\n"
          : ` [ERROR: ${escapeText(recipe.exception.toWellFormed())}]\n`
      )
    }))
  })
})
