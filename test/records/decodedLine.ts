/**
 * The record that a line holds, for tests of lines that hold one.
 */
import { type DecodedLine, decodeLine } from "../../src/records/wire/decode.js"
import { RecordDecodeError } from "../../src/records/wire/RecordDecodeError.js"

/** Throws the `RecordDecodeError` if the line holds no record. */
export const decodedLine = (source: string, line: number): DecodedLine => {
  const decoded = decodeLine(source, line)
  if (decoded instanceof RecordDecodeError) {
    throw decoded
  }
  return decoded
}
