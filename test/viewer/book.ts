/**
 * A book that holds a file's records.
 */
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { TraceBook } from "../../src/viewer/model/TraceBook.js"

/** The book. */
export const bookOf = (file: string): TraceBook => {
  const book = new TraceBook()
  entriesOf(file).forEach((entry) => book.add(entry))
  return book
}
