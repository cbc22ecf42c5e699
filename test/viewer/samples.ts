/**
 * Trace files for the tests of the page, written by the package's own codec, with fixed times and ids.
 */
import type { Attributes } from "../../src/records/attributes.js"
import type { ScoreData } from "../../src/records/ScoreData.js"
import type { Outcome } from "../../src/records/SpanRecord.js"
import { encodeMetric } from "../../src/records/wire/metric.js"
import { encodeScore } from "../../src/records/wire/score.js"
import { encodeSpan, encodeSpanStart } from "../../src/records/wire/span.js"

const epoch = BigInt(Date.UTC(2026, 10, 22, 14, 0, 0)) * BigInt(1_000_000)

/** Nanoseconds since the epoch from milliseconds since the sample's beginning. */
const at = (ms: number): bigint => epoch + BigInt(Math.round(ms * 1_000_000))

/** A span of a sample; times in milliseconds since the sample's beginning, without `end` if it is open. */
export interface SampleSpan {
  readonly id: number
  readonly parent?: number
  readonly trace?: number
  readonly name: string
  readonly start: number
  readonly end?: number
  readonly attributes?: Attributes
  readonly outcome?: Outcome
  readonly exception?: string
  readonly events?: ReadonlyArray<{ readonly name: string; readonly at: number; readonly attributes: Attributes }>
  readonly links?: ReadonlyArray<number>
}

/** The id that a sample's span or trace has in the file. */
export const spanId = (id: number): string => id.toString(16).padStart(16, "0")
export const traceId = (trace = 1): string => trace.toString(16).padStart(32, "0")

/** One line of a file. */
export const lineOf = (span: SampleSpan): string => {
  const open = {
    name: span.name,
    traceId: traceId(span.trace),
    spanId: spanId(span.id),
    parentSpanId: span.parent === undefined ? null : spanId(span.parent),
    start: at(span.start),
    sequence: span.id,
    attributes: span.attributes ?? {}
  }
  return span.end === undefined
    ? encodeSpanStart(open)
    : encodeSpan(
      {
        name: open.name,
        traceId: open.traceId,
        spanId: open.spanId,
        parentSpanId: open.parentSpanId,
        start: open.start,
        end: at(span.end),
        sequence: open.sequence,
        attributes: open.attributes,
        outcome: span.outcome ?? "success",
        exception: span.exception ?? null,
        events: span.events?.map((event) => ({ name: event.name, time: at(event.at), attributes: event.attributes })),
        links: span.links?.map((id) => ({ traceId: traceId(span.trace), spanId: spanId(id), attributes: {} }))
      }
    )
}

/** A measurement's line. */
export const metricLine = (span: SampleSpan, name: string, value: number, attributes: Attributes): string =>
  encodeMetric(
    {
      name,
      value,
      instrumentKind: name.endsWith("_ms") ? "histogram" : "counter",
      attributes,
      time: at(span.end ?? span.start),
      traceId: traceId(span.trace),
      spanId: spanId(span.id)
    }
  )

/** A score of a sample: of a span, or of a whole trace. */
export interface SampleScore extends Partial<Omit<ScoreData, "traceId" | "spanId" | "time">> {
  readonly name: string
  readonly trace?: number
  readonly span?: number
}

/** A score's line. */
export const scoreLine = ({ span, trace, ...given }: SampleScore): string =>
  encodeScore({
    value: null,
    label: null,
    explanation: null,
    source: "code",
    attributes: {},
    ...given,
    traceId: traceId(trace),
    spanId: span === undefined ? null : spanId(span),
    time: at(5000)
  })

/** Lines of a file. */
export const fileOf = (lines: Iterable<string>): string => [...lines, ""].join("\n")

/** A supervisor's run with parallel tools, a failed and an interrupted one, an event, a link and measurements; and one that is still open. */
export const smallFile = (): string => {
  const who = { user_id: "alice", session_id: "desk-1" }
  const call = {
    model: "m-1",
    provider: "scripted",
    ...who,
    tokens_in: 1200,
    tokens_out: 60,
    cached_tokens_in: 400,
    cost_usd: 0.0045
  }
  const model: SampleSpan = {
    id: 3,
    parent: 2,
    name: "loom.model.stream",
    start: 1,
    end: 40,
    attributes: { ...call, ttft_ms: 12, finish_reason: "tool-calls" },
    events: [{ name: "first part", at: 13, attributes: { bytes: 12 } }]
  }
  return fileOf([
    lineOf(model),
    metricLine(model, "loom.tokens.input", 1200, { model: "m-1", user_id: "alice" }),
    metricLine(model, "loom.tokens.output", 60, { model: "m-1", user_id: "alice" }),
    metricLine(model, "loom.cost.usd", 0.0045, { model: "m-1", user_id: "alice" }),
    lineOf({
      id: 4,
      parent: 2,
      name: "loom.tool",
      start: 41,
      end: 60,
      attributes: { tool: "search", call_id: "c1", ok: false, ...who },
      outcome: "failure",
      exception: "TimeoutError: no answer"
    }),
    lineOf({
      id: 7,
      parent: 6,
      name: "loom.turn",
      start: 43,
      end: 78,
      attributes: { turn: 0 },
      outcome: "interrupted"
    }),
    lineOf({ id: 6, parent: 5, name: "loom.run", start: 42, end: 79, attributes: { agent: "writer", ...who } }),
    lineOf({
      id: 5,
      parent: 2,
      name: "loom.tool",
      start: 41,
      end: 80,
      attributes: { tool: "delegate", worker: "writer", ok: true, ...who, request: { depth: [1, { deep: "value" }] } },
      links: [3]
    }),
    lineOf({ id: 2, parent: 1, name: "loom.turn", start: 1, end: 81, attributes: { turn: 0 } }),
    lineOf({
      id: 1,
      name: "loom.run",
      start: 0,
      end: 82,
      attributes: { agent: "editor", architecture: "supervisor", ...who }
    }),
    lineOf({
      id: 9,
      trace: 2,
      name: "loom.run",
      start: 200,
      attributes: { agent: "coder", user_id: "bob", session_id: "desk-2" }
    }),
    lineOf({
      id: 10,
      trace: 2,
      parent: 9,
      name: "loom.tool",
      start: 210,
      end: 260,
      attributes: { tool: "compile", ok: true }
    }),
    "{\"kind\":\"span\",\"name\":\"torn"
  ])
}

/** One trace of this many spans: turns of fifty spans, with tools that overlap. */
export const bigFile = (spans: number): string => {
  const lines: Array<string> = []
  for (let id = 2; id <= spans; id++) {
    const turn = id - ((id - 2) % 50)
    const start = (id - 2) * 2
    lines.push(
      id === turn
        ? lineOf({ id, parent: 1, name: "loom.turn", start, end: start + 200, attributes: { turn: (id - 2) / 50 } })
        : lineOf({
          id,
          parent: turn,
          name: "loom.tool",
          start,
          end: start + 30,
          attributes: { tool: `tool_${id}`, ok: true }
        })
    )
  }
  return fileOf([
    ...lines,
    lineOf({ id: 1, name: "loom.run", start: 0, end: spans * 2 + 300, attributes: { agent: "big" } })
  ])
}
