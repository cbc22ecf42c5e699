/**
 * Splits bytes into lines, chunk by chunk: the synchronous core that the stream of records, the command line and the page share.
 *
 * Use it for bytes that arrive in chunks, also from a growing file: `push` gives complete lines only, `end` the rest. Lines are not parsed; `decodeEntry`
 * does that. The one trap: a line's text may be a slice of a whole chunk, so keep what you decode from it and not the text.
 */

import { Documents, type Line } from "./documents.js"

export type { Line } from "./documents.js"

/** Where to start, and how long a line may be. */
export interface LineSplitterOptions {
  /** Bytes; longer lines are counted but not kept. Default 64 MiB. */
  readonly maxLineBytes?: number
  /** The number of the first line. Default 1. */
  readonly line?: number
  /** The offset of the first byte, for input read from the middle of a file. Default 0. */
  readonly offset?: number
}

const newline = 10

/** How much of an overlong line is kept, in bytes: enough to show it. */
const keptBytes = 200

/** Splits bytes into lines. */
export class LineSplitter {
  // Byte order marks are removed per line: the decoder would silently remove one per chunk.
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  private readonly maxLineBytes: number
  /** Bytes of an unfinished line. */
  private rest: Array<Uint8Array> = []
  private restBytes = 0
  private number: number
  private lineOffset: number
  private readonly documents: Documents

  constructor(options: LineSplitterOptions = {}) {
    this.documents = new Documents(options.maxLineBytes ?? 64 * 1024 * 1024)
    this.maxLineBytes = options.maxLineBytes ?? 64 * 1024 * 1024
    this.number = options.line ?? 1
    this.lineOffset = options.offset ?? 0
  }

  /** The byte after the last complete line: where reading can resume later. */
  get position(): number {
    return this.lineOffset
  }

  /** The number of the next line. */
  get lineNumber(): number {
    return this.number
  }

  /** Adds bytes and passes on the lines that they complete. The bytes may be reused afterwards. */
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
      this.emitRest(false, onLine)
      this.lineOffset++
    }
    if (from <= last) {
      this.emitBlock(chunk.subarray(from, last + 1), onLine)
    }
    this.keep(chunk.subarray(last + 1))
  }

  /** Passes on what follows the last newline, if anything. */
  end(onLine: (line: Line) => void): void {
    if (this.restBytes > 0) {
      this.emitRest(true, onLine)
    }
    this.documents.end(onLine)
  }

  private keep(bytes: Uint8Array): void {
    if (bytes.length === 0) {
      return
    }
    this.restBytes += bytes.length
    if (this.restBytes <= this.maxLineBytes) {
      this.rest.push(bytes.slice())
    } else {
      this.rest = [joined([...this.rest, bytes], keptBytes)]
    }
  }

  private emitRest(torn: boolean, onLine: (line: Line) => void): void {
    const overlong = this.restBytes > this.maxLineBytes ? this.restBytes : 0
    const bytes = this.rest.length === 1 ? this.rest[0]! : joined(this.rest, this.restBytes)
    this.emit(this.decoder.decode(bytes), torn, overlong, onLine)
    this.lineOffset += this.restBytes
    this.rest = []
    this.restBytes = 0
  }

  /** Complete lines: decoding them as one text is several times faster than one by one. */
  private emitBlock(bytes: Uint8Array, onLine: (line: Line) => void): void {
    const text = this.decoder.decode(bytes)
    const oneByteEach = text.length === bytes.length
    for (let start = 0, byte = 0; start < text.length;) {
      const end = text.indexOf("\n", start)
      const after = oneByteEach ? end + 1 : bytes.indexOf(newline, byte) + 1
      const length = after - 1 - byte
      const overlong = length > this.maxLineBytes ? length : 0
      this.emit(text.slice(start, overlong > 0 ? start + keptBytes : end), false, overlong, onLine)
      this.lineOffset += length + 1
      byte = after
      start = end + 1
    }
  }

  private emit(text: string, torn: boolean, overlong: number, onLine: (line: Line) => void): void {
    const line = this.number++
    const shown = trimmed(text)
    if (shown !== "") {
      const whole = { text: shown, line, offset: this.lineOffset, torn, overlong }
      if (this.documents.isPart(shown)) {
        this.documents.add(whole, onLine)
      } else {
        onLine(whole)
      }
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

/** The text without a byte order mark and surrounding blanks; records have neither. */
const trimmed = (text: string): string =>
  text.charCodeAt(0) === openBrace && text.charCodeAt(text.length - 1) === closeBrace
    ? text
    : text.charCodeAt(0) === byteOrderMark
    ? text.slice(1).trim()
    : text.trim()
