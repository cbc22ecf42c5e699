/**
 * Reads a trace file after a fault: its records, decoded with the package's decoder, and its bad lines.
 */
import { existsSync, readFileSync } from "node:fs"
import type { ScoreData } from "../../../src/records/ScoreData.js"
import type { MetricData, OpenSpanData, SpanData } from "../../../src/records/SpanData.js"
import type { DroppedRecord } from "../../../src/records/wire/dropped.js"
import { type DecodedLine, decodeLine } from "../../../src/records/wire/line.js"
import { RecordDecodeError } from "../../../src/records/wire/RecordDecodeError.js"

export interface TraceContents {
  readonly spans: ReadonlyArray<SpanData>
  readonly starts: ReadonlyArray<OpenSpanData>
  readonly metrics: ReadonlyArray<MetricData>
  readonly scores: ReadonlyArray<ScoreData>
  /** Both, in file order. */
  readonly spansAndScores: ReadonlyArray<SpanData | ScoreData>
  readonly dropped: ReadonlyArray<DroppedRecord>
  /** The beginnings of bad lines. */
  readonly bad: ReadonlyArray<string>
  /** Whether the last line ends with a newline, or the file is empty. */
  readonly endsWhole: boolean
}

export const readTrace = (text: string): TraceContents => {
  const spans: Array<SpanData> = []
  const starts: Array<OpenSpanData> = []
  const metrics: Array<MetricData> = []
  const scores: Array<ScoreData> = []
  const spansAndScores: Array<SpanData | ScoreData> = []
  const dropped: Array<DroppedRecord> = []
  const bad: Array<string> = []
  const sort = (record: DecodedLine) => {
    switch (record.kind) {
      case "span":
        spansAndScores.push(record.span)
        return spans.push(record.span)
      case "span_start":
        return starts.push(record.span)
      case "metric":
        return metrics.push(record.metric)
      case "score":
        spansAndScores.push(record.score)
        return scores.push(record.score)
      case "dropped":
        return dropped.push(record.dropped)
    }
  }
  for (const [number, line] of text.split("\n").entries()) {
    if (line !== "") {
      const decoded = decodeLine(line, number + 1)
      if (decoded instanceof RecordDecodeError) {
        bad.push(line.slice(0, 80))
      } else {
        sort(decoded)
      }
    }
  }
  return { spans, starts, metrics, scores, spansAndScores, dropped, bad, endsWhole: text === "" || text.endsWith("\n") }
}

/** Reads files that may be missing, as one text in the given order. */
export const traceIn = (...paths: ReadonlyArray<string>): TraceContents =>
  readTrace(paths.map((path) => existsSync(path) ? readFileSync(path, "utf8") : "").join(""))

/** The numbers of one writer's records, in file order. */
export const indexesOf = (
  { spansAndScores }: Pick<TraceContents, "spansAndScores">,
  writer = "w"
): ReadonlyArray<number> =>
  spansAndScores.flatMap(({ attributes }) => attributes["writer"] === writer ? [Number(attributes["index"])] : [])

/** The first ten deviations from the numbers 0 to `count` (exclusive), each once and in order. */
export const flawsIn = (indexes: ReadonlyArray<number>, count: number): ReadonlyArray<string> => {
  const seen = new Set<number>()
  const flaws: Array<string> = []
  for (const [at, index] of indexes.entries()) {
    if (seen.has(index)) {
      flaws.push(`${index} is there twice`)
    } else if (at > 0 && index < indexes[at - 1]!) {
      flaws.push(`${index} comes after ${indexes[at - 1]}`)
    }
    seen.add(index)
  }
  for (let index = 0; index < count; index++) {
    if (!seen.delete(index)) {
      flaws.push(`${index} is missing`)
    }
  }
  return [...flaws, ...[...seen].map((index) => `${index} was never emitted`)].slice(0, 10)
}

/** The number of records in `dropped` lines, by reason. */
export const droppedLines = ({ dropped }: TraceContents): { readonly [reason: string]: number } => {
  const counts: { [reason: string]: number } = {}
  for (const { count, reason } of dropped) {
    counts[reason] = (counts[reason] ?? 0) + count
  }
  return counts
}
