/**
 * One line of a trace file: a record, or a bad line. Nothing is thrown and no line is left out, so readers can count bad lines and say where they are.
 */
import { type DecodedLine, decodeLine } from "../records/wire/decode.js"
import { RecordDecodeError } from "../records/wire/RecordDecodeError.js"
import { type Line, LineSplitter } from "./LineSplitter.js"

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
  /** Whether compressed data ends early or is damaged here: nothing after it can be read. */
  readonly broken?: true
  /** Counts from 1. */
  readonly line: number
  /** The byte at which the line starts. */
  readonly offset: number
}

/** One line of a trace file. */
export type TraceEntry = RecordEntry | BadEntry

/** Decodes a line. */
export const decodeEntry = (source: Line): TraceEntry => {
  const { line, offset, torn } = source
  if (source.overlong > 0) {
    return { kind: "bad", error: overlongError(source), torn, line, offset }
  }
  const decoded = decodeLine(source.text, line)
  return decoded instanceof RecordDecodeError
    ? { kind: "bad", error: decoded, torn, line, offset }
    : { kind: "record", record: decoded, line, offset }
}

const overlongError = ({ line, overlong, text }: Line): RecordDecodeError =>
  new RecordDecodeError({ line, field: undefined, problem: `it is ${overlong} bytes long`, source: text.slice(0, 200) })

/** All lines of a file in memory. */
export const entriesOf = (source: string | Uint8Array): ReadonlyArray<TraceEntry> => {
  const entries: Array<TraceEntry> = []
  const splitter = new LineSplitter()
  const take = (line: Line): void => {
    entries.push(decodeEntry(line))
  }
  splitter.push(typeof source === "string" ? new TextEncoder().encode(source) : source, take)
  splitter.end(take)
  return entries
}
