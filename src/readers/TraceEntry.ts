/**
 * What one line of a trace file turned out to be: a record, or a line that is none. Nothing is thrown and nothing is left out, so that whoever reads
 * can count what was bad and say where it stands.
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
  /** The byte that the line begins at. */
  readonly offset: number
}

/** A line that holds none. */
export interface BadEntry {
  readonly kind: "bad"
  /** What is wrong with the line. */
  readonly error: RecordDecodeError
  /** Whether it is the last line and has no end: most likely it was being written when the writer died, or still is. */
  readonly torn: boolean
  /** Whether compressed data ends early or is damaged here: what follows cannot be read, however much it is. */
  readonly broken?: true
  /** Counts from 1. */
  readonly line: number
  /** The byte that the line begins at. */
  readonly offset: number
}

/** One line of a trace file. */
export type TraceEntry = RecordEntry | BadEntry

/** Reads a line. */
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

/** What is wrong with a line that is too long to be read. */
const overlongError = ({ line, overlong, text }: Line): RecordDecodeError =>
  new RecordDecodeError({ line, field: undefined, problem: `it is ${overlong} bytes long`, source: text.slice(0, 200) })

/** All lines of a file that is in memory. */
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
