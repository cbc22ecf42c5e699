/**
 * The error for an invalid line of a trace file.
 */
import * as Data from "effect/Data"

/** A line that could not be read as a record. Unless told to stop, readers skip and count such lines. */
export class RecordDecodeError extends Data.TaggedError("RecordDecodeError")<{
  /** The line number, from 1. */
  readonly line: number
  /** The invalid field; `undefined` if the whole line is invalid. */
  readonly field: string | undefined
  /** What is wrong, as the end of a sentence. */
  readonly problem: string
  /** The beginning of the line, at most 200 characters. */
  readonly source: string
}> {
  override get message(): string {
    const what = this.field === undefined ? this.problem : `\`${this.field}\` ${this.problem}`
    return `Line ${this.line} is not a telemetry record: ${what}. Skip this line and continue with the next`
  }
}
