/**
 * Decodes a trace file line by line: a line of this package holds one record, an OTLP request any number. Nothing throws and no line is skipped, so
 * readers can count bad lines and say where they are.
 */
import type { ScoreData } from "../records/ScoreData.js"
import { type DecodedLine, decodeLine } from "../records/wire/line.js"
import { RecordDecodeError } from "../records/wire/RecordDecodeError.js"
import type { GzipError } from "./gunzip.js"
import { type Line, LineSplitter } from "./LineSplitter.js"
import { isOtlp, otlpSpans } from "./otlp.js"
import { otlpLogScores, splitScores } from "./otlpScores.js"

/** A line that holds a record. */
export interface RecordEntry {
  readonly kind: "record"
  /** What the line holds. */
  readonly record: DecodedLine
  /** Counts from 1. */
  readonly line: number
  /** The byte at which the line starts. */
  readonly offset: number
}

/** A line without a record. */
export interface BadEntry {
  readonly kind: "bad"
  /** Why the line could not be read. */
  readonly error: RecordDecodeError
  /** Whether it is the last line and has no newline: most likely its writer died while writing it, or is still writing. */
  readonly torn: boolean
  /** Whether compressed data is truncated or corrupt here: nothing after it can be read. */
  readonly broken?: true
  /** Counts from 1. */
  readonly line: number
  /** The byte at which the line starts. */
  readonly offset: number
}

/** One line of a trace file. */
export type TraceEntry = RecordEntry | BadEntry

/** Decodes a line: one record of this package, or the spans and scores of an OTLP request. */
export const decodeEntries = (source: Line): ReadonlyArray<TraceEntry> => {
  const { line, offset, overlong, text, torn } = source
  if (overlong > 0) {
    return [{ kind: "bad", error: overlongError(source), torn, line, offset }]
  }
  const request = text.startsWith(otlpLead) ? otlpEntries(source) : undefined
  if (request !== undefined) {
    return request
  }
  const decoded = decodeLine(text, line)
  return decoded instanceof RecordDecodeError
    ? otlpEntries(source) ?? [{ kind: "bad", error: decoded, torn, line, offset }]
    : [{ kind: "record", record: decoded, line, offset }]
}

/** How most requests start: such a line is not tried as a record first. */
const otlpLead = "{\"resource"

/** A field of OTLP requests, by its JSON or its proto name: a line without one is not parsed again. */
const otlpName = /"resource_?(?:Spans|Metrics|Logs|spans|metrics|logs)"/

/** The entries of an OTLP request; `undefined` if the line is not one. */
export const otlpEntries = ({ line, offset, text, torn }: Line): ReadonlyArray<TraceEntry> | undefined => {
  const request = otlpName.test(text) ? parsed(text) : undefined
  if (!isOtlp(request)) {
    return undefined
  }
  const entry = (record: DecodedLine): TraceEntry => ({ kind: "record", record, line, offset })
  const scoreEntry = (score: ScoreData): TraceEntry => entry({ kind: "score", score })
  const entries: Array<TraceEntry> = []
  for (const read of otlpSpans(request, line)) {
    if (typeof read === "string") {
      const error = new RecordDecodeError({ line, field: undefined, problem: read, source: text.slice(0, 200) })
      entries.push({ kind: "bad", error, torn, line, offset })
    } else {
      const [span, scores] = splitScores(read)
      entries.push(entry({ kind: "span", span }), ...scores.map(scoreEntry))
    }
  }
  otlpLogScores(request).forEach((score) => entries.push(scoreEntry(score)))
  return entries
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const overlongError = ({ line, overlong, text }: Line): RecordDecodeError =>
  new RecordDecodeError({ line, field: undefined, problem: `it is ${overlong} bytes long`, source: text.slice(0, 200) })

/** The entry for compressed data that is damaged or followed by other data. `line` and `offset` are where the readable text ends. */
export const brokenEntry = ({ ignored, problem }: GzipError, line: number, offset: number): BadEntry => ({
  kind: "bad",
  error: new RecordDecodeError({
    line,
    field: undefined,
    problem: ignored > 0 ? problem : `the compressed data is truncated or corrupt here (${problem})`,
    source: ""
  }),
  torn: false,
  ...(ignored === 0 && { broken: true }),
  line,
  offset
})

/** All lines of a file in memory. */
export const entriesOf = (source: string | Uint8Array): ReadonlyArray<TraceEntry> => {
  const entries: Array<TraceEntry> = []
  const splitter = new LineSplitter()
  const take = (line: Line): void => {
    decodeEntries(line).forEach((entry) => entries.push(entry))
  }
  splitter.push(typeof source === "string" ? new TextEncoder().encode(source) : source, take)
  splitter.end(take)
  return entries
}
