/**
 * Lines that wait for the disk, bounded in bytes. They stay until they are known to be in the file, so that a write can be made again.
 *
 * Three positions go through it: lines are put at the end, sent from the middle, and confirmed or given up at the beginning.
 */
import { bytesOf, Chunk, encode } from "./chunk.js"

/** A line that is no record is written but not counted. */
type Kind = "record" | "notice"

/** Lines for one write. */
export interface Batch {
  /** Ends with a newline. Holds until these lines are confirmed. */
  readonly bytes: Uint8Array
  readonly lines: number
}

/** Chunks that are kept for lines to come. */
const mostSpare = 4

/** A position between two lines. */
interface Position {
  readonly chunk: number
  readonly offset: number
  /** Lines before it, of all that were ever queued. */
  readonly line: number
}

/** The queue. */
export class LineQueue {
  /** Lines before all others: few, made when they are written. */
  private front: Array<string> = []
  private isFrontSent = false
  private chunks: Array<Chunk> = []
  /** The newest lines, not encoded yet. */
  private text = ""
  private textLines = 0
  /** Characters that are encoded in one go: a call a line would cost as much as the line. */
  private readonly textLength: number
  /** Up to where lines are confirmed; up to where they are sent. */
  private head: Position = { chunk: 0, offset: 1, line: 0 }
  private sent: Position = this.head
  /** Where the lines end that were given out last. */
  private batchEnd: Position = this.head
  /** The positions of the notices that are queued. */
  private notices: Array<number> = []
  /** Bytes of the chunks that are not confirmed. */
  private bytes = 0
  private spare: Array<Chunk> = []
  private canReuse = true

  /** `limit`: bytes that may wait. `batchLimit`: bytes of one write, unless a single line is longer. */
  constructor(private readonly limit: number, private readonly batchLimit: number) {
    this.textLength = batchLimit / 64
  }

  get isEmpty(): boolean {
    return this.front.length === 0 && this.start === this.end
  }

  /** Records that wait. */
  get records(): number {
    return this.end - this.start - this.notices.length
  }

  /** The position of the first line that is not confirmed, of all that were ever queued. */
  get start(): number {
    return this.head.line
  }

  /** The position after the last line. */
  get end(): number {
    return (this.chunks.at(-1)?.endLine ?? this.head.line) + this.textLines
  }

  /** Whether at least this part of the limit, 0 to 1, is free. */
  hasRoom(part: number): boolean {
    return this.bytes + this.mostTextBytes(0) <= this.limit * (1 - part)
  }

  /** Puts the line at the end, unless it is larger than the whole queue or does not fit now. */
  offer(line: string, kind: Kind): "queued" | "too_large" | "queue_full" {
    if (this.bytes + this.mostTextBytes(line.length + 1) > this.limit) {
      const size = bytesOf(line) + 1
      if (size > this.limit) {
        return "too_large"
      }
      this.encodeText()
      if (this.bytes + size > this.limit) {
        return "queue_full"
      }
    }
    if (kind === "notice") {
      this.notices.push(this.end)
    }
    if (line.length > this.textLength) {
      // A long one is encoded by itself, so that it is alone where it is longer than a write may be.
      this.encodeText()
    }
    this.text += `${line}\n`
    this.textLines++
    if (this.text.length >= this.textLength) {
      this.encodeText()
    }
    return "queued"
  }

  /** Puts a line before all others; it is not counted. Nothing may be sent and not confirmed. */
  putFirst(line: string): void {
    this.front.push(line)
  }

  get hasFront(): boolean {
    return this.front.length > 0
  }

  /** Whether lines were sent that are not confirmed. */
  get hasSent(): boolean {
    return this.isFrontSent || this.sent.line > this.head.line
  }

  /** Whether lines wait behind these that are about to be sent. */
  hasMore(batch: Batch): boolean {
    return this.isAtFront ? this.start < this.end : this.sent.line + batch.lines < this.end
  }

  /** The first lines that were not sent; there has to be one. With a newline before them where `onNewLine` says so. */
  batch(onNewLine: boolean): Batch {
    if (this.isAtFront) {
      return { bytes: encode(`${onNewLine ? "\n" : ""}${this.front.join("\n")}\n`), lines: this.front.length }
    }
    this.encodeText()
    const { chunk, line, offset } = this.sent = this.skipRead(this.sent)
    const { bytes, endLine, size } = this.chunks[chunk]!
    this.batchEnd = { chunk, offset: size, line: endLine }
    return { bytes: bytes.subarray(onNewLine ? offset - 1 : offset, size), lines: endLine - line }
  }

  /** The first of the lines that were not sent are written now; they stay until that is confirmed. */
  send(lines: number): void {
    if (this.isAtFront) {
      // A part of them is left to be written: what was told is told.
      this.isFrontSent = lines === this.front.length
      this.front.splice(0, this.isFrontSent ? 0 : lines)
    } else if (lines > 0) {
      const { chunk, line, offset } = this.sent
      this.sent = line + lines === this.batchEnd.line
        ? this.batchEnd
        : { chunk, offset: this.chunks[chunk]!.after(offset, lines), line: line + lines }
    }
  }

  /** What was sent is lost and is to be sent again. */
  resend(): void {
    this.isFrontSent = false
    this.sent = this.head
  }

  /** What was sent is in the file. Gives how many records that were. */
  confirm(): number {
    if (this.isFrontSent) {
      this.front = []
      this.isFrontSent = false
    }
    return this.pass(this.sent)
  }

  /** Gives everything up; tells how many records that were. */
  clear(): number {
    this.front = []
    this.isFrontSent = false
    this.encodeText()
    const last = this.chunks.length - 1
    const end = { chunk: last, offset: this.chunks[last]?.size ?? 1, line: this.end }
    this.canReuse = false
    return last < 0 ? 0 : this.pass(end)
  }

  /** Leaves the bytes of the batches to whoever still reads them. */
  keepBytes(): void {
    this.canReuse = false
  }

  private get isAtFront(): boolean {
    return this.front.length > 0 && !this.isFrontSent
  }

  /** Bytes that the text takes at most, with so many characters more: UTF-8 has at most three for each. */
  private mostTextBytes(more: number): number {
    return (this.text.length + more) * 3
  }

  private encodeText(): void {
    if (this.textLines > 0) {
      this.bytes += this.chunkFor(this.text).add(this.text, this.textLines)
      this.text = ""
      this.textLines = 0
    }
  }

  private chunkFor(text: string): Chunk {
    const last = this.chunks.at(-1)
    if (last?.hasRoomFor(text) === true) {
      return last
    }
    const firstLine = last?.endLine ?? this.head.line
    const needed = text.length * 3
    const chunk = needed > this.batchLimit
      ? new Chunk(bytesOf(text), firstLine)
      : this.spare.pop()?.reuse(firstLine) ?? new Chunk(this.batchLimit, firstLine)
    this.chunks.push(chunk)
    return chunk
  }

  private skipRead(position: Position): Position {
    const chunk = this.chunks[position.chunk]
    return chunk !== undefined && position.offset === chunk.size && position.chunk < this.chunks.length - 1
      ? { chunk: position.chunk + 1, offset: 1, line: position.line }
      : position
  }

  private pass(to: Position): number {
    const lines = to.line - this.head.line
    this.bytes -= this.bytesUntil(to)
    this.head = to
    const next = this.notices.findIndex((position) => position >= to.line)
    const notices = this.notices.splice(0, next < 0 ? this.notices.length : next).length
    this.dropRead()
    return lines - notices
  }

  private bytesUntil({ chunk, offset }: Position): number {
    let bytes = -this.head.offset
    for (let index = this.head.chunk; index < chunk; index++) {
      bytes += this.chunks[index]!.size - 1
    }
    return bytes + offset
  }

  /** Chunks that are done with go; so does what is read of the last one, where nothing is left in it. */
  private dropRead(): void {
    const isAllRead = this.chunks[this.head.chunk]?.size === this.head.offset
    const count = this.head.chunk + (isAllRead ? 1 : 0)
    const read = this.chunks.splice(0, count)
    this.head = { chunk: 0, offset: isAllRead ? 1 : this.head.offset, line: this.head.line }
    this.sent = this.head
    for (const chunk of this.canReuse ? read : []) {
      if (chunk.bytes.length === this.batchLimit + 1 && this.spare.length < mostSpare) {
        this.spare.push(chunk)
      }
    }
  }
}
