/**
 * A buffer of encoded lines, exactly the bytes that the file will contain.
 *
 * Waiting strings would be copied by the garbage collector and would need their bytes counted; encoded bytes stay in place.
 */

const newline = 10

const encoder = new TextEncoder()

/** Whole lines, with a newline before the first, so that a write may start with a newline at any line. */
export class Chunk {
  /** Bytes used, including the first newline. */
  size = 1
  lines = 0
  readonly bytes: Uint8Array

  /** `firstLine`: the position of its first line, counted from the start of the queue. */
  constructor(capacity: number, public firstLine: number) {
    this.bytes = new Uint8Array(capacity + 1)
    this.bytes[0] = newline
  }

  /** Whether this text certainly fits: UTF-8 takes at most three bytes per UTF-16 unit. */
  hasRoomFor(text: string): boolean {
    return this.size + text.length * 3 <= this.bytes.length
  }

  /** Appends whole lines. Returns the number of bytes. */
  add(text: string, lines: number): number {
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.size))
    this.size += written
    this.lines += lines
    return written
  }

  /** The position after the last line. */
  get endLine(): number {
    return this.firstLine + this.lines
  }

  /** The offset after this many lines (at least one) from this offset. */
  after(offset: number, lines: number): number {
    let at = offset
    for (let left = lines; left > 0; left--) {
      at = this.bytes.indexOf(newline, at) + 1
    }
    return at
  }

  /** Empties the chunk. Its bytes must no longer be in use. */
  reuse(firstLine: number): Chunk {
    this.size = 1
    this.lines = 0
    this.firstLine = firstLine
    return this
  }
}

/** The number of bytes of a text in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length

/** A text in UTF-8. */
export const encode = (text: string): Uint8Array => encoder.encode(text)
