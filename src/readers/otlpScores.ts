/**
 * Writes and reads scores in OTLP/JSON: events of their span if given while it was open, otherwise log records with its ids.
 */
import { evaluationAttributes, evaluationEvent, scoreOfEvent } from "../dialects/genai/evaluation.js"
import type { ScoreData } from "../records/ScoreData.js"
import type { EventData, SpanData } from "../records/SpanData.js"
import type { DecodedSpan } from "../records/wire/span.js"
import { keyValues } from "./otlpMetrics.js"
import { attributesOf, idOf, type Json, listOf, nanosOf, part } from "./otlpValues.js"

/** Scores held until their span is exported, ≥ 0. */
const maxWaiting = 10_000

/** Scores to export: those whose span is exported later become events of it, all others log records. */
export class OtlpScores {
  private readonly waiting = new Map<string, Array<ScoreData>>()
  private held = 0
  private readonly late: Array<ScoreData> = []

  /** How many log records are ready. */
  get ready(): number {
    return this.late.length
  }

  add(score: ScoreData): void {
    if (score.spanId === null || this.held >= maxWaiting) {
      this.late.push(score)
      return
    }
    const key = `${score.traceId}/${score.spanId}`
    this.waiting.set(key, [...this.waiting.get(key) ?? [], score])
    this.held++
  }

  /** Returns the span with the scores given while it was open as events; those given later become log records. */
  onSpan(span: SpanData): SpanData {
    const key = `${span.traceId}/${span.spanId}`
    const scores = this.waiting.get(key)
    if (scores === undefined) {
      return span
    }
    this.waiting.delete(key)
    this.held -= scores.length
    const inside = scores.filter(({ time }) => time <= span.end)
    this.late.push(...scores.filter(({ time }) => time > span.end))
    return { ...span, events: [...span.events ?? [], ...inside.map(eventOf)] }
  }

  /** Turns the scores whose span was not exported into log records. */
  end(): void {
    for (const scores of this.waiting.values()) {
      this.late.push(...scores)
    }
    this.waiting.clear()
    this.held = 0
  }

  /** Removes and returns up to `most` log records, as values for `JSON.stringify`. */
  take(most: number): ReadonlyArray<object> {
    return this.late.splice(0, most).map(logRecord)
  }
}

const eventOf = (score: ScoreData): EventData => ({
  name: evaluationEvent,
  time: score.time,
  attributes: evaluationAttributes(score)
})

const logRecord = (score: ScoreData): object => ({
  timeUnixNano: String(score.time),
  observedTimeUnixNano: String(score.time),
  eventName: evaluationEvent,
  traceId: score.traceId,
  ...(score.spanId !== null && { spanId: score.spanId }),
  attributes: keyValues(evaluationAttributes(score))
})

/** Splits a span into the span without its score events, and those scores. */
export const splitScores = (span: DecodedSpan): readonly [DecodedSpan, ReadonlyArray<ScoreData>] => {
  if (span.events === undefined || !span.events.some(({ name }) => name === evaluationEvent)) {
    return [span, []]
  }
  const { spanId, traceId } = span
  const scores = new Map(span.events.map((event) => [
    event,
    event.name === evaluationEvent
      ? scoreOfEvent(event.attributes, { traceId, spanId, time: event.time })
      : undefined
  ]))
  const events = span.events.filter((event) => scores.get(event) === undefined)
  return [
    { ...span, events: events.length === 0 ? undefined : events },
    [...scores.values()].filter((score) => score !== undefined)
  ]
}

/** The scores among the log records of a request. */
export const otlpLogScores = (request: Json): ReadonlyArray<ScoreData> =>
  listOf(part(request, "resourceLogs", "resource_logs"))
    .flatMap((resource) => listOf(part(resource, "scopeLogs", "scope_logs")))
    .flatMap((scope) => listOf(part(scope, "logRecords", "log_records")))
    .flatMap((record) => scoreOfLog(record) ?? [])

const scoreOfLog = (record: Json): ScoreData | undefined => {
  const { "event.name": named, ...attributes } = attributesOf(record["attributes"])
  const traceId = idOf(part(record, "traceId", "trace_id"), 32)
  const isScore = (part(record, "eventName", "event_name") ?? named) === evaluationEvent
  return !isScore || traceId === undefined ? undefined : scoreOfEvent(attributes, {
    traceId,
    spanId: idOf(part(record, "spanId", "span_id"), 16) ?? null,
    time: nanosOf(part(record, "timeUnixNano", "time_unix_nano")) ??
      nanosOf(part(record, "observedTimeUnixNano", "observed_time_unix_nano")) ?? BigInt(0)
  })
}
