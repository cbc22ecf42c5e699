/**
 * The exact form of each kind of line.
 */
import { describe, expect, it } from "@effect/vitest"
import type { MetricData, SpanData } from "../../src/records/SpanData.js"
import { encodeDropped } from "../../src/records/wire/dropped.js"
import { encodeMetric } from "../../src/records/wire/metric.js"
import { encodeScore } from "../../src/records/wire/score.js"
import { encodeSpan, encodeSpanStart } from "../../src/records/wire/span.js"

const start = 1769860800000001000n
const trace = "0af7651916cd43dd8448eb211c80319c"

const span = (over: Partial<SpanData> = {}) => ({
  name: over.name ?? "loom.turn",
  traceId: trace,
  spanId: "b7ad6b7169203331",
  parentSpanId: over.parentSpanId === undefined ? "00f067aa0ba902b7" : over.parentSpanId,
  start,
  end: start + 1_834_500n,
  sequence: 1,
  attributes: over.attributes ?? { turn: 0, session_id: "run_1" },
  outcome: over.outcome ?? "success",
  exception: over.exception ?? null,
  events: over.events,
  links: over.links
})

describe("the line of a span", () => {
  it("has these keys in this order, and microseconds", () => {
    expect(encodeSpan(span())).toBe(
      `{"kind":"span","name":"loom.turn","trace_id":"${trace}","span_id":"b7ad6b7169203331",` +
        `"parent_span_id":"00f067aa0ba902b7","started_at":"2026-01-31T12:00:00.000001Z",` +
        `"ended_at":"2026-01-31T12:00:00.001835Z","duration_ms":1.8345,` +
        `"attributes":{"turn":0,"session_id":"run_1"},"outcome":"success","exception":null}`
    )
  })

  it("has no parent for a root, and the exception for a failure", () => {
    const line = encodeSpan(span({ parentSpanId: null, outcome: "failure", exception: "Error: \"no\"\n" }))
    expect(line).toContain(`"parent_span_id":null`)
    expect(line.endsWith(`"outcome":"failure","exception":"Error: \\"no\\"\\n"}`)).toBe(true)
  })

  it("has events and links only if there are any", () => {
    const line = encodeSpan(span({
      events: [{ name: "asking", time: start, attributes: { a: 1 } }],
      links: [{ traceId: trace, spanId: "00f067aa0ba902b7", attributes: {} }]
    }))
    expect(line.endsWith(
      `"exception":null,"events":[{"name":"asking","time":"2026-01-31T12:00:00.000001Z","attributes":{"a":1}}],` +
        `"links":[{"trace_id":"${trace}","span_id":"00f067aa0ba902b7","attributes":{}}]}`
    )).toBe(true)
    expect(encodeSpan(span({ events: [], links: [] }))).toBe(encodeSpan(span()))
  })

  it("is one line, whatever its name and attributes contain", () => {
    const line = encodeSpan(span({ name: "a\nb", attributes: { "k\r\n": "\u0000\u001b\u2028" } }))

    expect(line).not.toMatch(/[\u0000-\u001f]/)
    expect(JSON.parse(line)).toMatchObject({ name: "a\nb", attributes: { "k\r\n": "\u0000\u001b\u2028" } })
  })

  it("does not confuse attributes with fields of the same name", () => {
    const line = encodeSpan(span({ attributes: { kind: "metric", trace_id: "x", outcome: "failure" } }))
    expect(JSON.parse(line)).toMatchObject({ kind: "span", trace_id: trace, outcome: "success" })
  })
})

describe("the line of an open span", () => {
  it("has these keys in this order", () => {
    expect(encodeSpanStart(span())).toBe(
      `{"kind":"span_start","name":"loom.turn","trace_id":"${trace}","span_id":"b7ad6b7169203331",` +
        `"parent_span_id":"00f067aa0ba902b7","started_at":"2026-01-31T12:00:00.000001Z",` +
        `"attributes":{"turn":0,"session_id":"run_1"}}`
    )
  })
})

describe("the line of a metric", () => {
  const metric = (traceId?: string, spanId?: string): MetricData => ({
    name: "loom.cost.usd",
    value: 0.0125,
    instrumentKind: "counter",
    attributes: { model: "m", user_id: "alice" },
    time: start,
    traceId,
    spanId
  })

  it("has these keys in this order", () => {
    expect(encodeMetric(metric())).toBe(
      `{"kind":"metric","name":"loom.cost.usd","value":0.0125,"instrument_kind":"counter",` +
        `"attributes":{"model":"m","user_id":"alice"},"emitted_at":"2026-01-31T12:00:00.000001Z"}`
    )
  })

  it("ends with its trace and span, if any", () => {
    expect(
      encodeMetric(metric(trace, "b7ad6b7169203331")).endsWith(
        `"emitted_at":"2026-01-31T12:00:00.000001Z","trace_id":"${trace}","span_id":"b7ad6b7169203331"}`
      )
    ).toBe(true)
  })

  it("is valid JSON if only its trace or its span is known", () => {
    expect(JSON.parse(encodeMetric(metric(trace)))).not.toHaveProperty("span_id")
  })
})

describe("the line of lost records", () => {
  it("has these keys in this order", () => {
    expect(encodeDropped({ count: 3, reason: "queue_full", at: new Date("2026-01-31T12:00:00.123Z") })).toBe(
      `{"kind":"dropped","count":3,"reason":"queue_full","at":"2026-01-31T12:00:00.123000Z"}`
    )
  })
})

describe("the line of a score", () => {
  const score = {
    name: "correctness",
    value: 0.25,
    label: "wrong",
    explanation: "2 + 2 \"is\" 4\n",
    source: "model",
    traceId: trace,
    spanId: "b7ad6b7169203331",
    attributes: { rubric: "v2" },
    time: start
  } as const

  it("has these keys in this order, and microseconds", () => {
    expect(encodeScore(score)).toBe(
      `{"kind":"score","name":"correctness","value":0.25,"label":"wrong","explanation":"2 + 2 \\"is\\" 4\\n",` +
        `"source":"model","trace_id":"${trace}","span_id":"b7ad6b7169203331","attributes":{"rubric":"v2"},` +
        `"scored_at":"2026-01-31T12:00:00.000001Z"}`
    )
  })

  it("has null for missing values", () => {
    expect(JSON.parse(encodeScore({ ...score, value: null, explanation: null, spanId: null }))).toMatchObject({
      value: null,
      label: "wrong",
      explanation: null,
      span_id: null
    })
    expect(JSON.parse(encodeScore({ ...score, label: null }))).toMatchObject({ value: 0.25, label: null })
  })
})
