/**
 * Makes a book from the text of a file.
 */
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { TraceBook } from "../../src/viewer/model/TraceBook.js"

/** A book with the records of this file. */
export const bookOf = (file: string): TraceBook => {
  const book = new TraceBook()
  entriesOf(file).forEach((entry) => book.add(entry))
  return book
}
