/**
 * The wire format: each record is one line of strict JSON with snake_case keys in a fixed order and times with microseconds. The line does not
 * include its final newline.
 *
 * Each kind of record has a file that encodes and decodes it; this file combines them. To add a kind, extend `DecodedLine`: the compiler reports what
 * is missing. Unknown fields are ignored, so that files of later versions can be read. Attributes are normalised before they are written, so
 * `JSON.stringify` can neither throw nor call foreign code.
 */
import type { ScoreData } from "../ScoreData.js"
import type { MetricData, OpenSpanData } from "../SpanData.js"
import { decodeDropped, type DroppedRecord, encodeDropped } from "./dropped.js"
import { type Fields, Flaw, isFields } from "./fields.js"
import { mayHoldLargeIntegers, withLargeIntegersAsText } from "./integers.js"
import { decodeMetric, encodeMetric } from "./metric.js"
import { RecordDecodeError } from "./RecordDecodeError.js"
import { decodeScore, encodeScore } from "./score.js"
import { type DecodedSpan, decodeSpan, decodeSpanStart, encodeSpan, encodeSpanStart } from "./span.js"

/** A decoded line: one record. */
export type DecodedLine =
  | {
    readonly kind: "span"
    /** A span that has ended. */
    readonly span: DecodedSpan
  }
  | {
    readonly kind: "metric"
    /** A measurement. */
    readonly metric: MetricData
  }
  | {
    readonly kind: "score"
    /** A score. */
    readonly score: ScoreData
  }
  | {
    readonly kind: "span_start"
    /** A span that was open when the line was written. */
    readonly span: OpenSpanData
  }
  | {
    readonly kind: "dropped"
    /** Records that were not written. */
    readonly dropped: DroppedRecord
  }

/** Decodes one line. `line` is its number, from 1: it is part of the error, and orders spans with equal times. */
export const decodeLine = (source: string, line: number): DecodedLine | RecordDecodeError => {
  const fail = (field: string | undefined, problem: string) =>
    new RecordDecodeError({ line, field, problem, source: source.slice(0, 200) })
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch {
    return fail(undefined, "it is not valid JSON (a torn or foreign line)")
  }
  if (!isFields(parsed)) {
    return fail(undefined, "it is not a JSON object")
  }
  try {
    return decodeFields(mayHoldLargeIntegers(source) ? withExactAttributes(parsed, source) : parsed, line)
  } catch (flaw) {
    if (flaw instanceof Flaw) {
      return fail(flaw.field, flaw.problem)
    }
    throw flaw
  }
}

/** The fields, with large integers in attributes as strings. Numbers of the record itself stay numbers. */
const withExactAttributes = (fields: Fields, source: string): Fields => {
  const exact = JSON.parse(withLargeIntegersAsText(source)) as Fields
  return { ...fields, attributes: exact["attributes"], events: exact["events"], links: exact["links"] }
}

const decodeFields = (fields: Fields, line: number): DecodedLine => {
  switch (fields["kind"]) {
    case "span":
      return { kind: "span", span: decodeSpan(fields, line) }
    case "metric":
      return { kind: "metric", metric: decodeMetric(fields) }
    case "score":
      return { kind: "score", score: decodeScore(fields) }
    case "span_start":
      return { kind: "span_start", span: decodeSpanStart(fields, line) }
    case "dropped":
      return { kind: "dropped", dropped: decodeDropped(fields) }
    default:
      throw new Flaw("kind", "is not one of span, metric, score, span_start, dropped")
  }
}

/** Encodes a record as a line. */
export const encodeLine = (record: DecodedLine): string => {
  switch (record.kind) {
    case "span":
      return encodeSpan(record.span)
    case "span_start":
      return encodeSpanStart(record.span)
    case "metric":
      return encodeMetric(record.metric)
    case "score":
      return encodeScore(record.score)
    case "dropped":
      return encodeDropped(record.dropped)
  }
}

/** The trace that a record belongs to, if any. */
export const traceIdOf = (record: DecodedLine): string | undefined => {
  switch (record.kind) {
    case "span":
    case "span_start":
      return record.span.traceId
    case "metric":
      return record.metric.traceId
    case "score":
      return record.score.traceId
    case "dropped":
      return undefined
  }
}
