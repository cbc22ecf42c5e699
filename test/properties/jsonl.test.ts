/**
 * The wire format: any record is one line of strict JSON, and decodes to the same record.
 * Compared with Node's equality, because vitest's treats an attribute named `constructor` as a type.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { deepStrictEqual } from "node:assert"
import { defaultLimits } from "../../src/records/attributes.js"
import { instrumentKind } from "../../src/records/MetricRecord.js"
import { type ScoreData, scoreRecord } from "../../src/records/ScoreData.js"
import { scoreSources } from "../../src/records/ScoreRecord.js"
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
import { encodeDropped } from "../../src/records/wire/dropped.js"
import { type DecodedLine, decodeLine } from "../../src/records/wire/line.js"
import { encodeMetric } from "../../src/records/wire/metric.js"
import { encodeScore } from "../../src/records/wire/score.js"
import { encodeSpan, encodeSpanStart } from "../../src/records/wire/span.js"
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
// From the year 1385 to 2554, with nanoseconds.
const instant = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })
// A duration is a JSON number of milliseconds: beyond some weeks, a double cannot hold nanoseconds.
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

const scoreRecipe = fc.record({
  name: safeText,
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  label: fc.option(safeText),
  explanation: fc.option(safeText),
  source: fc.constantFrom(...scoreSources),
  traceId: hex(32),
  spanId: fc.option(hex(16)),
  attributes: hostileAttributes,
  time: instant
}).filter(({ label, value }) => value !== null || label !== null)

type ScoreRecipe = typeof scoreRecipe extends fc.Arbitrary<infer A> ? A : never

const buildScore = (recipe: ScoreRecipe): ScoreData => ({ ...recipe, attributes: collect(recipe.attributes) })

const read = (line: string): DecodedLine => decodedLine(line, 1)

/** Checks for one printable line of JSON that starts with exactly these keys. */
const expectOneLine = (line: string, keys: ReadonlyArray<string>) => {
  expect(line).not.toMatch(/[\u0000-\u001f]/)
  expect(line.isWellFormed()).toBe(true)
  expect(Object.keys(JSON.parse(line)).slice(0, keys.length)).toEqual(keys)
}

const identity = ["name", "trace_id", "span_id", "parent_span_id"]

describe("any encoded and decoded record", () => {
  it("a span is one line, and decodes to the same span", () => {
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

  it("an open span is one line, and decodes to the same open span", () => {
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

  it("a metric is one line, and decodes to the same metric", () => {
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

  it("a score is one line, and decodes to the same score", () => {
    fc.assert(fc.property(scoreRecipe, (recipe) => {
      const score = buildScore(recipe)
      const line = encodeScore(score)
      expectOneLine(line, [
        "kind",
        "name",
        "value",
        "label",
        "explanation",
        "source",
        "trace_id",
        "span_id",
        "attributes",
        "scored_at"
      ])
      const back = read(line)
      if (back.kind !== "score") {
        throw new Error(`read as ${back.kind}`)
      }
      deepStrictEqual(scoreRecord(back.score), scoreRecord(score))
      expect(encodeScore(back.score)).toBe(line)
    }))
  })

  it("a drop report is one line, and decodes to the same report", () => {
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

  it("any other text returns an error with its line number and never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), hostileText), fc.integer({ min: 1 }), (source, line) => {
      expect(decodeLine(source, line)).toMatchObject({ _tag: "RecordDecodeError", line })
    }))
  })
})
