/**
 * Scores in the readers: on their spans in trees, by name in summaries, and through OTLP and back.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { OtlpJson, TraceSummary, TraceTree } from "loom-telemetry/readers"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import type { DecodedLine } from "../../src/records/wire/line.js"
import { file, score, span } from "./lines.js"

const entries = (...lines: ReadonlyArray<string>) => entriesOf(file(...lines))

const recordsOf = (text: string | Uint8Array): ReadonlyArray<DecodedLine> =>
  entriesOf(text).flatMap((entry) => entry.kind === "record" ? [entry.record] : [])

const scoresIn = (records: ReadonlyArray<DecodedLine>) =>
  records.flatMap((record) => record.kind === "score" ? [record.score] : [])

/** The records after an export to OTLP and back. */
const throughOtlp = (...lines: ReadonlyArray<string>) => {
  const requests = [...OtlpJson.requests(recordsOf(file(...lines)), { resource: {} })]
  return {
    signals: requests.map(({ items, signal }) => `${signal} ${items}`),
    records: recordsOf(requests.map(({ body }) => `${body}\n`).join(""))
  }
}

describe("TraceTree", () => {
  it("puts scores on their span, and keeps those of the trace and of missing spans", () => {
    const forest = TraceTree.fromEntries(entries(
      score({ name: "first", value: 1, id: 2 }),
      span({ id: 1 }),
      span({ id: 2, parent: 1 }),
      score({ name: "second", label: "x", id: 2, at: 86_400_000 }),
      score({ name: "whole", value: 1 }),
      score({ name: "missing", value: 1, id: 9 })
    ))
    const [trace] = forest.traces
    const [root] = trace!.roots
    expect(root!.children[0]!.scores.map(({ name }) => name)).toEqual(["first", "second"])
    expect([root!.scores, trace!.scores.map(({ name }) => name)]).toEqual([[], ["whole", "missing"]])
    expect(TraceTree.scoresOn(trace!, root!).map(({ name }) => name)).toEqual(["whole"])
    // A score of the next day does not make the trace a day long.
    expect(Number(trace!.end - trace!.start) / 1e6).toBe(1)
  })

  it("makes a trace from scores alone", () => {
    const [trace] = TraceTree.fromEntries(entries(score({ name: "s", value: 1, at: 5 }))).traces
    expect(trace).toMatchObject({ spans: 0, roots: [], scores: [{ name: "s" }] })
    expect(trace!.start).toBe(trace!.scores[0]!.time)
  })

  it.effect("accepts records from memory", () =>
    Effect.gen(function*() {
      yield* Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer"))
      const memory = yield* InMemoryTelemetry
      const forest = TraceTree.fromSpans(yield* memory.spans, { scores: yield* memory.scores })
      expect(forest.traces[0]!.roots[0]!.scores).toMatchObject([{ name: "s", value: 1 }])
    }).pipe(Effect.provide(InMemoryTelemetry.layer())))
})

describe("TraceSummary", () => {
  const summary = (values: ReadonlyArray<number>, options = {}) =>
    TraceSummary.of(recordsOf(file(...values.map((value) => score({ name: "s", value })))), options).scores[0]!

  it("has exact means, even of very large values", () => {
    expect(summary(Array<number>(10).fill(0.1)).mean).toBe(0.1)
    expect(summary([1e308, 1e308]).mean).toBe(1e308)
    expect(summary([-1e308, 1e308]).mean).toBe(0)
    expect(summary([1e16, 1, -1e16]).mean).toBeCloseTo(1 / 3, 14)
  })

  it("limits the number of names and labels", () => {
    const many = Array.from({ length: 300 }, (_, id) => score({ name: `s${id % 3}`, label: `l${id}` }))
    const { scores } = TraceSummary.of(recordsOf(file(...many)), { maxLabels: 2 })
    expect(scores.map(({ count, name, other }) => [name, count, other])).toEqual([
      ["(other)", 100, true],
      ["s0", 100, false],
      ["s1", 100, false]
    ])
    const { labels } = TraceSummary.of(recordsOf(file(...many.map((line) => line.replace(/"s\d"/, "\"s\"")))))
      .scores[0]!
    expect([labels.length, labels[0]]).toEqual([101, { label: "(other)", count: 200 }])
  })
})

describe("OTLP/JSON", () => {
  it("keeps a score given while its span was open as an event of it, and reads it back", () => {
    const judged = score({
      name: "correctness",
      value: 0.5,
      label: "half",
      explanation: "so so",
      source: "model",
      attributes: { rubric: "v2" },
      id: 1
    })
    const { records, signals } = throughOtlp(judged, span({ id: 1, name: "answer" }))
    expect(signals).toEqual(["traces 1"])
    expect(scoresIn(records)).toEqual(scoresIn(recordsOf(file(judged))))
    expect(records.flatMap((record) => record.kind === "span" ? [record.span.events] : [])).toEqual([undefined])
  })

  it("keeps late scores, and scores of a trace or of spans elsewhere, as log records, and reads them back", () => {
    const late = [
      score({ name: "late", value: 1, id: 1, at: 60_000 }),
      score({ name: "whole", label: "good", source: "human" }),
      score({ name: "elsewhere", value: -1, id: 9, trace: 7 })
    ]
    const { records, signals } = throughOtlp(span({ id: 1 }), ...late)
    expect(signals).toEqual(["traces 1", "logs 3"])
    const byName = (name: string) => scoresIn(records).find((each) => each.name === name)
    for (const given of scoresIn(recordsOf(file(...late)))) {
      expect(byName(given.name)).toEqual(given)
    }
  })

  it("makes requests no larger than `batch`", () => {
    const scores = Array.from({ length: 5 }, (_, id) => score({ name: `s${id}`, value: id }))
    const requests = [...OtlpJson.requests(recordsOf(file(...scores)), { batch: 2 })]
    expect(requests.map(({ items, signal }) => `${signal} ${items}`)).toEqual(["logs 2", "logs 2", "logs 1"])
  })

  const foreign = (event: object) =>
    JSON.stringify({
      resourceLogs: [{ scopeLogs: [{ logRecords: [event] }] }]
    })
  const attributes = (pairs: { readonly [key: string]: unknown }) =>
    Object.entries(pairs).map(([key, value]) => ({
      key,
      value: typeof value === "number" ? { doubleValue: value } : { stringValue: value }
    }))
  const ids = { traceId: "1".padStart(32, "0"), spanId: "1".padStart(16, "0"), timeUnixNano: "1769860800000000000" }

  it("reads log records of other producers, by event name or attribute", () => {
    const named = attributes({ "gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 4 })
    for (
      const record of [
        { ...ids, eventName: "gen_ai.evaluation.result", attributes: named },
        { ...ids, attributes: [...named, ...attributes({ "event.name": "gen_ai.evaluation.result" })] }
      ]
    ) {
      expect(scoresIn(recordsOf(foreign(record)))).toMatchObject([
        { name: "Relevance", value: 4, label: null, source: "code", spanId: ids.spanId, attributes: {} }
      ])
    }
  })

  it.each<readonly [string, object]>([
    ["another event", { ...ids, eventName: "gen_ai.choice", attributes: [] }],
    ["no name", { ...ids, attributes: attributes({ "gen_ai.evaluation.score.value": 1 }) }],
    ["neither value nor label", { ...ids, attributes: attributes({ "gen_ai.evaluation.name": "x" }) }],
    ["no trace", { eventName: "gen_ai.evaluation.result", attributes: [] }],
    ["a value that is text", {
      ...ids,
      eventName: "gen_ai.evaluation.result",
      attributes: attributes({ "gen_ai.evaluation.name": "x", "gen_ai.evaluation.score.value": "NaN" })
    }]
  ])("does not read a log record with %s as a score", (_, record) => {
    expect(scoresIn(recordsOf(foreign(record)))).toEqual([])
  })

  it("keeps an evaluation event that is not a score on its span", () => {
    const line = span({
      id: 1,
      events: [{ name: "gen_ai.evaluation.result", time: "2026-01-31T12:00:00.000000Z", attributes: { a: 1 } }]
    })
    const { records } = throughOtlp(line)
    expect(records).toMatchObject([{ kind: "span", span: { events: [{ name: "gen_ai.evaluation.result" }] } }])
  })
})
