/**
 * Bytes in, lines out, chunk by chunk: the synchronous core that the stream of records, the command line and the page share.
 *
 * Use it where bytes arrive in pieces, also from a file that still grows: `push` gives complete lines only, `end` the rest. It does not look into the
 * lines; `decodeEntry` does. The one trap: a line's text may be a slice of a whole chunk, so keep what was decoded from it and not the text.
 */

/** One line, without its end and without a byte order mark. Lines of nothing but blanks are not given, but counted. */
export interface Line {
  /** Without its end; bytes that are no UTF-8 are U+FFFD. */
  readonly text: string
  /** Counts from 1. */
  readonly line: number
  /** The byte that it begins at, from the beginning of the input. */
  readonly offset: number
  /** Whether it is the last one and has no newline: perhaps written in part. */
  readonly torn: boolean
  /** 0; for a line above the limit its bytes, and `text` is only its beginning. */
  readonly overlong: number
}

/** Where to begin, and how long a line may be. */
export interface LineSplitterOptions {
  /** Bytes; a longer line is counted and not kept. Default 64 MiB. */
  readonly maxLineBytes?: number
  /** The number of the first line. Default 1. */
  readonly line?: number
  /** The byte that the input begins at, for one that is read from its middle on. Default 0. */
  readonly offset?: number
}

const newline = 10

/** How much of a line that is too long is kept, in bytes: enough to be shown. */
const kept = 200

/** Splits bytes into lines. */
export class LineSplitter {
  // A byte order mark is taken off line by line: the decoder would take it off a chunk and not say so.
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  private readonly maxLineBytes: number
  /** Bytes of a line whose end has not come. */
  private rest: Array<Uint8Array> = []
  private restBytes = 0
  private number: number
  private begun: number

  constructor(options: LineSplitterOptions = {}) {
    this.maxLineBytes = options.maxLineBytes ?? 64 * 1024 * 1024
    this.number = options.line ?? 1
    this.begun = options.offset ?? 0
  }

  /** The byte after the last complete line: where reading can go on later. */
  get position(): number {
    return this.begun
  }

  /** The number of the next line. */
  get lineNumber(): number {
    return this.number
  }

  /** Takes the next bytes and gives the lines that they complete. The bytes may be changed afterwards. */
  push(chunk: Uint8Array, onLine: (line: Line) => void): void {
    const last = chunk.lastIndexOf(newline)
    if (last === -1) {
      this.keep(chunk)
      return
    }
    let from = 0
    if (this.restBytes > 0) {
      from = chunk.indexOf(newline) + 1
      this.keep(chunk.subarray(0, from - 1))
      this.giveRest(false, onLine)
      this.begun++
    }
    if (from <= last) {
      this.giveBlock(chunk.subarray(from, last + 1), onLine)
    }
    this.keep(chunk.subarray(last + 1))
  }

  /** Gives what came after the last newline, if anything. */
  end(onLine: (line: Line) => void): void {
    if (this.restBytes > 0) {
      this.giveRest(true, onLine)
    }
  }

  private keep(bytes: Uint8Array): void {
    if (bytes.length === 0) {
      return
    }
    this.restBytes += bytes.length
    if (this.restBytes <= this.maxLineBytes) {
      this.rest.push(bytes.slice())
    } else {
      this.rest = [joined([...this.rest, bytes], kept)]
    }
  }

  private giveRest(torn: boolean, onLine: (line: Line) => void): void {
    const overlong = this.restBytes > this.maxLineBytes ? this.restBytes : 0
    const bytes = this.rest.length === 1 ? this.rest[0]! : joined(this.rest, this.restBytes)
    this.give(this.decoder.decode(bytes), torn, overlong, onLine)
    this.begun += this.restBytes
    this.rest = []
    this.restBytes = 0
  }

  /** Lines that are all there. Decoding them as one text is several times faster than one by one. */
  private giveBlock(bytes: Uint8Array, onLine: (line: Line) => void): void {
    const text = this.decoder.decode(bytes)
    const oneByteEach = text.length === bytes.length
    for (let start = 0, byte = 0; start < text.length;) {
      const end = text.indexOf("\n", start)
      const after = oneByteEach ? end + 1 : bytes.indexOf(newline, byte) + 1
      const length = after - 1 - byte
      const overlong = length > this.maxLineBytes ? length : 0
      this.give(text.slice(start, overlong > 0 ? start + kept : end), false, overlong, onLine)
      this.begun += length + 1
      byte = after
      start = end + 1
    }
  }

  private give(text: string, torn: boolean, overlong: number, onLine: (line: Line) => void): void {
    const line = this.number++
    const shown = trimmed(text)
    if (shown !== "") {
      onLine({ text: shown, line, offset: this.begun, torn, overlong })
    }
  }
}

const joined = (parts: ReadonlyArray<Uint8Array>, most: number): Uint8Array => {
  const out = new Uint8Array(Math.min(most, parts.reduce((sum, part) => sum + part.length, 0)))
  let at = 0
  for (const part of parts) {
    out.set(part.subarray(0, out.length - at), at)
    at = Math.min(out.length, at + part.length)
  }
  return out
}

const byteOrderMark = 0xfeff
const openBrace = 123
const closeBrace = 125

/** The text without a byte order mark and the blanks around it; a record has none. */
const trimmed = (text: string): string =>
  text.charCodeAt(0) === openBrace && text.charCodeAt(text.length - 1) === closeBrace
    ? text
    : text.charCodeAt(0) === byteOrderMark
    ? text.slice(1).trim()
    : text.trim()
