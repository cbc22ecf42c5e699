/**
 * The one error of reading a trace file: a line that is not a record.
 */
import * as Data from "effect/Data"

/** A line that could not be read as a record. Readers skip it, count it and go on unless asked to stop. */
export class RecordDecodeError extends Data.TaggedError("RecordDecodeError")<{
  /** Counts from 1. */
  readonly line: number
  /** The field that is wrong, where it is one field. */
  readonly field: string | undefined
  /** What is wrong, as the end of a sentence. */
  readonly problem: string
  /** The beginning of the line, at most 200 characters. */
  readonly source: string
}> {
  override get message(): string {
    const what = this.field === undefined ? this.problem : `\`${this.field}\` ${this.problem}`
    return `Line ${this.line} is not a telemetry record: ${what}. Skip this line and go on with the next`
  }
}
