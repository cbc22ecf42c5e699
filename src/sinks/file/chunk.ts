/**
 * A piece of memory that lines are put into one after another, as the bytes that the file will hold.
 *
 * Strings that wait would be copied about by the garbage collector, and their bytes would have to be counted; bytes are where they are.
 */

const newline = 10

const encoder = new TextEncoder()

/** Whole lines. Before the first one stands a newline, so that a write may begin with one wherever it begins. */
export class Chunk {
  /** Where the next line goes. */
  size = 1
  lines = 0
  readonly bytes: Uint8Array

  /** `firstLine`: its position among all that were ever queued. */
  constructor(capacity: number, public firstLine: number) {
    this.bytes = new Uint8Array(capacity + 1)
    this.bytes[0] = newline
  }

  /** Whether this text fits, whatever is in it. */
  hasRoomFor(text: string): boolean {
    return this.size + text.length * 3 <= this.bytes.length
  }

  /** Puts whole lines at the end. Gives the number of bytes. */
  add(text: string, lines: number): number {
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.size))
    this.size += written
    this.lines += lines
    return written
  }

  /** The position after its last line. */
  get endLine(): number {
    return this.firstLine + this.lines
  }

  /** Where the line ends that is so many lines, at least one, after this offset. */
  after(offset: number, lines: number): number {
    let at = offset
    for (let left = lines; left > 0; left--) {
      at = this.bytes.indexOf(newline, at) + 1
    }
    return at
  }

  /** Forgets everything; nobody may be reading from it. */
  reuse(firstLine: number): Chunk {
    this.size = 1
    this.lines = 0
    this.firstLine = firstLine
    return this
  }
}

/** The number of bytes of a text in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length

/** A text as bytes. */
export const encode = (text: string): Uint8Array => encoder.encode(text)
