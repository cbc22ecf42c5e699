/**
 * What stands in a trace file after the damage: its records, read with the package's own decoder, and the lines that are none.
 */
import { existsSync, readFileSync } from "node:fs"
import type { MetricData, OpenSpanData, SpanData } from "../../../src/records/SpanData.js"
import { type DecodedLine, decodeLine } from "../../../src/records/wire/decode.js"
import type { DroppedRecord } from "../../../src/records/wire/encode.js"
import { RecordDecodeError } from "../../../src/records/wire/RecordDecodeError.js"

/** A file, read back. */
export interface TraceContents {
  readonly spans: ReadonlyArray<SpanData>
  readonly starts: ReadonlyArray<OpenSpanData>
  readonly metrics: ReadonlyArray<MetricData>
  readonly dropped: ReadonlyArray<DroppedRecord>
  /** Beginnings of lines that are not empty and no record. */
  readonly bad: ReadonlyArray<string>
  /** Whether the last line ends with a newline; an empty file does. */
  readonly endsWhole: boolean
}

/** Reads the text of a file. */
export const readTrace = (text: string): TraceContents => {
  const spans: Array<SpanData> = []
  const starts: Array<OpenSpanData> = []
  const metrics: Array<MetricData> = []
  const dropped: Array<DroppedRecord> = []
  const bad: Array<string> = []
  const sort = (record: DecodedLine) => {
    switch (record.kind) {
      case "span":
        return spans.push(record.span)
      case "span_start":
        return starts.push(record.span)
      case "metric":
        return metrics.push(record.metric)
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
  return { spans, starts, metrics, dropped, bad, endsWhole: text === "" || text.endsWith("\n") }
}

/** Reads files that may be missing, as one text in the order given. */
export const traceIn = (...paths: ReadonlyArray<string>): TraceContents =>
  readTrace(paths.map((path) => existsSync(path) ? readFileSync(path, "utf8") : "").join(""))

/** The numbers of one writer's records, in the order in which they stand there. */
export const indexesOf = ({ spans }: Pick<TraceContents, "spans">, writer = "w"): ReadonlyArray<number> =>
  spans.flatMap(({ attributes }) => attributes["writer"] === writer ? [Number(attributes["index"])] : [])

/** What is wrong with numbers that should count from 0 to `count` without it, each once and in order; at most ten remarks. */
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

/** The records that the `dropped` lines speak of, by reason. */
export const droppedLines = ({ dropped }: TraceContents): { readonly [reason: string]: number } => {
  const counts: { [reason: string]: number } = {}
  for (const { count, reason } of dropped) {
    counts[reason] = (counts[reason] ?? 0) + count
  }
  return counts
}
