/**
 * Decodes lines: of this version, of later versions, of the Python original, and invalid ones.
 */
import { describe, expect, it } from "@effect/vitest"
import { RecordDecodeError } from "loom-telemetry"
import { metricRecord, spanRecord } from "../../src/records/SpanData.js"
import { decodeLine } from "../../src/records/wire/line.js"
import { decodedLine } from "./decodedLine.js"

const trace = "0af7651916cd43dd8448eb211c80319c"

const span = {
  kind: "span",
  name: "loom.turn",
  trace_id: trace,
  span_id: "b7ad6b7169203331",
  parent_span_id: null,
  started_at: "2026-01-31T12:00:00.000000Z",
  ended_at: "2026-01-31T12:00:00.001500Z",
  duration_ms: 1.5,
  attributes: {},
  outcome: "success",
  exception: null
}

const metric = {
  kind: "metric",
  name: "calls",
  value: 1,
  instrument_kind: "counter",
  attributes: {},
  emitted_at: "2026-01-31T12:00:00.000000Z"
}

const score = {
  kind: "score",
  name: "correctness",
  value: 0.5,
  label: null,
  explanation: null,
  source: "code",
  trace_id: trace,
  span_id: null,
  attributes: {},
  scored_at: "2026-01-31T12:00:00.000000Z"
}

const readSpan = (fields: object) => {
  const read = decodedLine(JSON.stringify({ ...span, ...fields }), 1)
  if (read.kind !== "span") {
    throw new Error(`read as ${read.kind}`)
  }
  return spanRecord(read.span)
}

const readMetric = (fields: object) => {
  const read = decodedLine(JSON.stringify({ ...metric, ...fields }), 1)
  if (read.kind !== "metric") {
    throw new Error(`read as ${read.kind}`)
  }
  return metricRecord(read.metric)
}

describe("decodeLine, for lines of the Python original,", () => {
  // Written by `json.dumps`: spaces after separators, no `outcome`, an offset, no decimals for a whole second.
  it("reads a span without outcome or exception as a success", () => {
    const line = `{"kind": "span", "name": "loom.run", "trace_id": "${trace}", "span_id": "b7ad6b7169203331", ` +
      `"parent_span_id": null, "started_at": "2026-01-31T12:00:00+00:00", ` +
      `"ended_at": "2026-01-31T12:00:00.001500+00:00", "duration_ms": 1.5, ` +
      `"attributes": {"user_id": "alice", "model": null}, "exception": null}`
    const read = decodedLine(line, 1)
    expect(read.kind === "span" && spanRecord(read.span)).toStrictEqual({
      name: "loom.run",
      traceId: trace,
      spanId: "b7ad6b7169203331",
      parentSpanId: null,
      startedAt: new Date("2026-01-31T12:00:00.000Z"),
      endedAt: new Date("2026-01-31T12:00:00.001Z"),
      durationMs: 1.5,
      attributes: { user_id: "alice" },
      outcome: "success",
      exception: null,
      events: [],
      links: []
    })
  })

  it("reads a span with an exception and no outcome as a failure", () => {
    const record = readSpan({ outcome: undefined, exception: "ValueError: no" })
    expect(record).toMatchObject({ outcome: "failure", exception: "ValueError: no" })
  })

  it("derives a missing instrument kind from the metric's name", () => {
    expect(readMetric({ instrument_kind: undefined, name: "x_ms" }).instrumentKind).toBe("histogram")
    expect(readMetric({ instrument_kind: "gauge", name: "x" }).instrumentKind).toBe("counter")
  })

  it("reads times with an offset", () => {
    expect(readMetric({ emitted_at: "2026-01-31T14:00:00.5+02:00" }).emittedAt)
      .toStrictEqual(new Date("2026-01-31T12:00:00.500Z"))
  })
})

describe("a line", () => {
  it("may have unknown fields, which are ignored", () => {
    expect(readSpan({ future: { a: 1 } })).toStrictEqual(readSpan({}))
  })

  it("may lack optional fields", () => {
    expect(readSpan({ parent_span_id: undefined, exception: undefined, attributes: undefined }))
      .toStrictEqual(readSpan({}))
  })

  it("may end with a carriage return", () => {
    expect(decodeLine(`${JSON.stringify(span)}\r`, 1)).toMatchObject({ kind: "span" })
  })

  it("keeps long and deep attributes whole", () => {
    const attributes = { long: "x".repeat(20_000), deep: JSON.parse(`${"[".repeat(20)}1${"]".repeat(20)}`) }
    expect(readSpan({ attributes }).attributes).toStrictEqual(attributes)
  })

  it("has a duration of 0 if the written one is negative", () => {
    expect(readSpan({ duration_ms: -1 }).durationMs).toBe(0)
  })

  it("keeps the written end, as far as the duration allows", () => {
    // Opened 0.9 µs into the first millisecond's last microsecond, closed 0.2 µs later: in the next millisecond.
    const record = readSpan({
      started_at: "2026-01-31T12:00:00.000999Z",
      ended_at: "2026-01-31T12:00:00.001000Z",
      duration_ms: 0.0002
    })
    expect(record.startedAt).toStrictEqual(new Date("2026-01-31T12:00:00.000Z"))
    expect(record.endedAt).toStrictEqual(new Date("2026-01-31T12:00:00.001Z"))
    expect(record.durationMs).toBe(0.0002)
  })

  it("may have an attribute named __proto__", () => {
    const read = decodedLine(JSON.stringify(span).replace(`"attributes":{}`, `"attributes":{"__proto__":{"a":1}}`), 1)
    const attributes = read.kind === "span" ? read.span.attributes : {}
    expect(JSON.stringify(attributes)).toBe(`{"__proto__":{"a":1}}`)
  })

  it("may lack the optional fields of a score", () => {
    const line = JSON.stringify({
      ...score,
      value: undefined,
      label: "rude",
      explanation: undefined,
      span_id: undefined,
      attributes: undefined
    })
    expect(decodedLine(line, 1)).toMatchObject({
      kind: "score",
      score: { value: null, label: "rude", explanation: null, spanId: null, attributes: {} }
    })
  })

  it("may report an open span or lost records", () => {
    const start = { ...span, kind: "span_start", ended_at: undefined, duration_ms: undefined, outcome: undefined }
    expect(decodedLine(JSON.stringify(start), 4)).toMatchObject({
      kind: "span_start",
      span: { name: "loom.turn", traceId: trace, parentSpanId: null, sequence: 4 }
    })
    expect(decodedLine(`{"kind":"dropped","count":2,"reason":"io","at":"2026-01-31T12:00:00Z"}`, 1))
      .toStrictEqual({
        kind: "dropped",
        dropped: { count: 2, reason: "io", at: new Date("2026-01-31T12:00:00Z") }
      })
  })
})

const without = (record: object, field: string) => JSON.stringify({ ...record, [field]: undefined })
const withField = (record: object, field: string, value: unknown) => JSON.stringify({ ...record, [field]: value })

const bad: ReadonlyArray<readonly [what: string, source: string, field: string | undefined]> = [
  ["an empty line", "", undefined],
  ["a torn line", JSON.stringify(span).slice(0, 60), undefined],
  ["two records on one line", JSON.stringify(span) + JSON.stringify(span), undefined],
  ["Python's NaN", withField(metric, "value", 1).replace(`"value":1`, `"value":NaN`), undefined],
  ["plain text", "hello", undefined],
  ["a JSON string", "\"hello\"", undefined],
  ["a number", "1", undefined],
  ["null", "null", undefined],
  ["an array", "[1]", undefined],
  ["an object without a kind", "{}", "kind"],
  ["an unknown kind", `{"kind":"log"}`, "kind"],
  ["a kind that is not a string", `{"kind":1}`, "kind"],
  ...["name", "trace_id", "span_id", "started_at", "ended_at", "duration_ms"].map((field) =>
    [`a span without ${field}`, without(span, field), field] as const
  ),
  ...["name", "value", "emitted_at"].map((field) =>
    [`a metric without ${field}`, without(metric, field), field] as const
  ),
  ...["name", "value", "source", "trace_id", "scored_at"].map((field) =>
    [`a score without ${field}`, without(score, field), field] as const
  ),
  ["a score with neither value nor label", withField(score, "value", null), "value"],
  ["a score's value that is a string", withField(score, "value", "1"), "value"],
  ["a score's value that is too large", JSON.stringify(score).replace(`"value":0.5`, `"value":1e999`), "value"],
  ["a score's label that is a number", withField(score, "label", 1), "label"],
  ["a score's explanation that is an object", withField(score, "explanation", {}), "explanation"],
  ["a score from an unknown source", withField(score, "source", "robot"), "source"],
  ["a score's span that is a number", withField(score, "span_id", 1), "span_id"],
  ["a span whose name is a number", withField(span, "name", 1), "name"],
  ["a parent that is a number", withField(span, "parent_span_id", 1), "parent_span_id"],
  ["a time without an offset", withField(span, "started_at", "2026-01-31T12:00:00"), "started_at"],
  ["a time that is a number", withField(span, "ended_at", 1769860800), "ended_at"],
  ["an invalid month", withField(span, "ended_at", "2026-13-01T00:00:00Z"), "ended_at"],
  ["a duration that is a string", withField(span, "duration_ms", "1"), "duration_ms"],
  [
    "a duration that is too large",
    JSON.stringify(span).replace(`"duration_ms":1.5`, `"duration_ms":1e999`),
    "duration_ms"
  ],
  ["attributes that are an array", withField(span, "attributes", []), "attributes"],
  ["attributes that are a string", withField(metric, "attributes", "a=1"), "attributes"],
  ["an unknown outcome", withField(span, "outcome", "ok"), "outcome"],
  ["an exception that is an object", withField(span, "exception", {}), "exception"],
  ["events that are an object", withField(span, "events", {}), "events"],
  ["an event that is a string", withField(span, "events", ["e"]), "events"],
  ["an event without a time", withField(span, "events", [{ name: "e" }]), "time"],
  ["links that are a string", withField(span, "links", "x"), "links"],
  ["a link without a span", withField(span, "links", [{ trace_id: trace }]), "span_id"],
  ["a metric's value that is a string", withField(metric, "value", "1"), "value"],
  ["a metric's span that is a number", withField(metric, "span_id", 1), "span_id"],
  ["a dropped line without a count", `{"kind":"dropped","reason":"io","at":"2026-01-31T12:00:00Z"}`, "count"],
  ["a dropped line without a time", `{"kind":"dropped","count":1,"reason":"io"}`, "at"]
]

describe("an invalid line", () => {
  for (const [what, source, field] of bad) {
    it(`is an error with its line number${field === undefined ? "" : ` and \`${field}\``}: ${what}`, () => {
      const error = decodeLine(source, 17)
      expect(error).toBeInstanceOf(RecordDecodeError)
      expect(error).toMatchObject({ _tag: "RecordDecodeError", line: 17, field })
      expect((error as RecordDecodeError).message).toMatch(
        /^Line 17 is not a telemetry record: .+\. Skip this line and continue with the next$/
      )
    })
  }

  it("shows at most the first 200 characters of the line", () => {
    expect(decodeLine("x".repeat(1000), 1)).toMatchObject({ source: "x".repeat(200) })
  })
})
