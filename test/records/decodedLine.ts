/**
 * Decodes a valid line, for tests.
 */
import { type DecodedLine, decodeLine } from "../../src/records/wire/line.js"
import { RecordDecodeError } from "../../src/records/wire/RecordDecodeError.js"

/** Throws the `RecordDecodeError` if the line is invalid. */
export const decodedLine = (source: string, line: number): DecodedLine => {
  const decoded = decodeLine(source, line)
  if (decoded instanceof RecordDecodeError) {
    throw decoded
  }
  return decoded
}
