/**
 * The wire format: any record is one line of strict JSON, and reads back as it was.
 * Compared with Node's equality: vitest's takes an attribute named `constructor` for a type.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { deepStrictEqual } from "node:assert"
import { defaultLimits } from "../../src/records/attributes.js"
import { instrumentKind } from "../../src/records/MetricRecord.js"
import {
  type EventData,
  type MetricData,
  metricRecord,
  type OpenSpanData,
  type SpanData,
  spanRecord,
  spanStart
} from "../../src/records/SpanData.js"
import { text } from "../../src/records/text.js"
import { type DecodedLine, decodeLine } from "../../src/records/wire/decode.js"
import { encodeDropped, encodeMetric, encodeSpan, encodeSpanStart } from "../../src/records/wire/encode.js"
import { AttributeBag } from "../../src/telemetry/tracing/attributeBag.js"
import { decodedLine } from "../records/decodedLine.js"
import { type AttributesRecipe, buildObject, hostileAttributes, hostileText } from "./hostile.js"

const collect = (recipe: AttributesRecipe) => {
  const bag = new AttributeBag(defaultLimits)
  bag.setAll(buildObject(recipe))
  return bag.finish()
}

const safeText = hostileText.map((value) => text(value, 1024))
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits })
// From the year 1385 to 2554, nanoseconds and all.
const instant = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })
// A duration is a JSON number of milliseconds: past some weeks a double has no nanoseconds any more.
const elapsed = fc.bigInt({ min: 0n, max: 2n ** 50n })

const spanRecipe = fc.record({
  name: safeText,
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: fc.option(hex(16)),
  start: instant,
  elapsed,
  attributes: hostileAttributes,
  outcome: fc.constantFrom("success" as const, "failure" as const, "interrupted" as const),
  exception: safeText,
  events: fc.option(
    fc.array(fc.record({ name: safeText, time: instant, attributes: hostileAttributes }), { maxLength: 3 })
  ),
  links: fc.option(
    fc.array(fc.record({ traceId: hex(32), spanId: hex(16), attributes: hostileAttributes }), { maxLength: 2 })
  )
})

type SpanRecipe = typeof spanRecipe extends fc.Arbitrary<infer A> ? A : never

const buildSpan = (recipe: SpanRecipe): SpanData => ({
  name: recipe.name,
  traceId: recipe.traceId,
  spanId: recipe.spanId,
  parentSpanId: recipe.parentSpanId,
  start: recipe.start,
  end: recipe.start + recipe.elapsed,
  sequence: 1,
  attributes: collect(recipe.attributes),
  outcome: recipe.outcome,
  exception: recipe.outcome === "failure" ? recipe.exception : null,
  events: recipe.events?.map((event): EventData => ({ ...event, attributes: collect(event.attributes) })) ?? undefined,
  links: recipe.links?.map((link) => ({ ...link, attributes: collect(link.attributes) })) ?? undefined
})

const buildOpen = (recipe: SpanRecipe): OpenSpanData => ({
  name: recipe.name,
  traceId: recipe.traceId,
  spanId: recipe.spanId,
  parentSpanId: recipe.parentSpanId,
  start: recipe.start,
  sequence: 1,
  attributes: collect(recipe.attributes)
})

const metricRecipe = fc.record({
  name: safeText,
  value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  attributes: hostileAttributes,
  time: instant,
  place: fc.option(fc.record({ traceId: hex(32), spanId: hex(16) }))
})

type MetricRecipe = typeof metricRecipe extends fc.Arbitrary<infer A> ? A : never

const buildMetric = (recipe: MetricRecipe): MetricData => ({
  name: recipe.name,
  value: recipe.value,
  instrumentKind: instrumentKind(recipe.name),
  attributes: collect(recipe.attributes),
  time: recipe.time,
  traceId: recipe.place?.traceId,
  spanId: recipe.place?.spanId
})

const read = (line: string): DecodedLine => decodedLine(line, 1)

/** One line, printable as JSON leaves it, with exactly these keys first. */
const expectOneLine = (line: string, keys: ReadonlyArray<string>) => {
  expect(line).not.toMatch(/[\u0000-\u001f]/)
  expect(line.isWellFormed()).toBe(true)
  expect(Object.keys(JSON.parse(line)).slice(0, keys.length)).toEqual(keys)
}

const identity = ["name", "trace_id", "span_id", "parent_span_id"]

describe("any record, written and read", () => {
  it("a span is one line, and the same span again", () => {
    fc.assert(fc.property(spanRecipe, (recipe) => {
      const span = buildSpan(recipe)
      const line = encodeSpan(span)
      expectOneLine(line, [
        "kind",
        ...identity,
        "started_at",
        "ended_at",
        "duration_ms",
        "attributes",
        "outcome",
        "exception"
      ])
      const back = read(line)
      if (back.kind !== "span") {
        throw new Error(`read as ${back.kind}`)
      }
      deepStrictEqual(spanRecord(back.span), spanRecord(span))
      expect(encodeSpan(back.span)).toBe(line)
    }))
  })

  it("an open span is one line, and the same open span again", () => {
    fc.assert(fc.property(spanRecipe, (recipe) => {
      const span = buildOpen(recipe)
      const line = encodeSpanStart(span)
      expectOneLine(line, ["kind", ...identity, "started_at", "attributes"])
      const back = read(line)
      if (back.kind !== "span_start") {
        throw new Error(`read as ${back.kind}`)
      }
      deepStrictEqual(spanStart(back.span), spanStart(span))
      expect(encodeSpanStart(back.span)).toBe(line)
    }))
  })

  it("a metric is one line, and the same metric again", () => {
    fc.assert(fc.property(metricRecipe, (recipe) => {
      const metric = buildMetric(recipe)
      const line = encodeMetric(metric)
      expectOneLine(line, ["kind", "name", "value", "instrument_kind", "attributes", "emitted_at"])
      const back = read(line)
      if (back.kind !== "metric") {
        throw new Error(`read as ${back.kind}`)
      }
      deepStrictEqual(metricRecord(back.metric), metricRecord(metric))
      expect(encodeMetric(back.metric)).toBe(line)
    }))
  })

  it("a loss is one line, and the same loss again", () => {
    fc.assert(fc.property(
      fc.integer({ min: 1 }),
      safeText,
      fc.date({ noInvalidDate: true, min: new Date(-1e13), max: new Date(1e14) }),
      (count, reason, at) => {
        const line = encodeDropped({ count, reason, at })
        expectOneLine(line, ["kind", "count", "reason", "at"])
        expect(read(line)).toStrictEqual({ kind: "dropped", dropped: { count, reason, at } })
      }
    ))
  })

  it("any other text is an error with its line number, never a throw", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), hostileText), fc.integer({ min: 1 }), (source, line) => {
      expect(decodeLine(source, line)).toMatchObject({ _tag: "RecordDecodeError", line })
    }))
  })
})
