/**
 * Lines waiting for the disk, limited in bytes. A line stays until it is known to be in the file, so that a write can be repeated.
 *
 * Three positions move through the queue: lines are added at the end, sent from the middle, and confirmed or dropped at the start.
 */
import { bytesOf, Chunk, encode } from "./chunk.js"

/** A notice is written but not counted as a record. */
type Kind = "record" | "notice"

/** Lines for one write. */
export interface Batch {
  /** Ends with a newline. Valid until these lines are confirmed. */
  readonly bytes: Uint8Array
  readonly lines: number
}

/** Maximum number of empty chunks kept for reuse. */
const maxSpare = 4

/** A position between two lines. */
interface Position {
  readonly chunk: number
  readonly offset: number
  /** Number of lines before it, counted from the start. */
  readonly line: number
}

/** A queue of lines. */
export class LineQueue {
  /** Lines to write before all others: few, created just before they are written. */
  private front: Array<string> = []
  private isFrontSent = false
  private chunks: Array<Chunk> = []
  /** The newest lines, not encoded yet. */
  private text = ""
  private textLines = 0
  /** Characters encoded together: one call per line would cost as much as the line itself. */
  private readonly textLength: number
  /** Lines before `head` are confirmed, lines before `sent` are sent. */
  private head: Position = { chunk: 0, offset: 1, line: 0 }
  private sent: Position = this.head
  /** The end of the last batch. */
  private batchEnd: Position = this.head
  /** The positions of the notices that are queued. */
  private notices: Array<number> = []
  /** Unconfirmed bytes in the chunks. */
  private bytes = 0
  private spare: Array<Chunk> = []
  private canReuse = true

  /** `limit`: bytes that may wait. `batchLimit`: bytes of one write; a longer line is written alone. */
  constructor(private readonly limit: number, private readonly batchLimit: number) {
    this.textLength = batchLimit / 64
  }

  get isEmpty(): boolean {
    return this.front.length === 0 && this.start === this.end
  }

  /** Number of waiting records. */
  get records(): number {
    return this.end - this.start - this.notices.length
  }

  /** The position of the first unconfirmed line, counted from the start. */
  get start(): number {
    return this.head.line
  }

  /** The position after the last line. */
  get end(): number {
    return (this.chunks.at(-1)?.endLine ?? this.head.line) + this.textLines
  }

  /** Whether at least this fraction of the limit, 0 to 1, is free. */
  hasRoom(fraction: number): boolean {
    return this.bytes + this.maxTextBytes(0) <= this.limit * (1 - fraction)
  }

  /** Adds the line at the end, unless it is larger than the limit or does not fit now. */
  offer(line: string, kind: Kind): "queued" | "too_large" | "queue_full" {
    if (this.bytes + this.maxTextBytes(line.length + 1) > this.limit) {
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
      // A long line is encoded separately, so that it gets its own chunk if it is longer than a write.
      this.encodeText()
    }
    this.text += `${line}\n`
    this.textLines++
    if (this.text.length >= this.textLength) {
      this.encodeText()
    }
    return "queued"
  }

  /** Adds a line before all others, not counted as a record. All sent lines must be confirmed. */
  putFirst(line: string): void {
    this.front.push(line)
  }

  get hasFront(): boolean {
    return this.front.length > 0
  }

  /** Whether some sent lines are not confirmed. */
  get hasSent(): boolean {
    return this.isFrontSent || this.sent.line > this.head.line
  }

  /** Whether more lines wait after this batch. */
  hasMore(batch: Batch): boolean {
    return this.isAtFront ? this.start < this.end : this.sent.line + batch.lines < this.end
  }

  /** The first unsent lines, at least one, preceded by a newline if `onNewLine`. The queue must have an unsent line. */
  batch(onNewLine: boolean): Batch {
    if (this.isAtFront) {
      return { bytes: encode(`${onNewLine ? "\n" : ""}${this.front.join("\n")}\n`), lines: this.front.length }
    }
    this.encodeText()
    const { chunk, line, offset } = this.sent = this.skipExhausted(this.sent)
    const { bytes, endLine, size } = this.chunks[chunk]!
    this.batchEnd = { chunk, offset: size, line: endLine }
    return { bytes: bytes.subarray(onNewLine ? offset - 1 : offset, size), lines: endLine - line }
  }

  /** Marks the first unsent lines as sent. They stay until they are confirmed. */
  send(lines: number): void {
    if (this.isAtFront) {
      // Only some were written: remove those, keep the others.
      this.isFrontSent = lines === this.front.length
      this.front.splice(0, this.isFrontSent ? 0 : lines)
    } else if (lines > 0) {
      const { chunk, line, offset } = this.sent
      this.sent = line + lines === this.batchEnd.line
        ? this.batchEnd
        : { chunk, offset: this.chunks[chunk]!.after(offset, lines), line: line + lines }
    }
  }

  /** Called when the sent lines were lost, to send them again. */
  resend(): void {
    this.isFrontSent = false
    this.sent = this.head
  }

  /** Called when the sent lines are in the file. Returns the number of records among them. */
  confirm(): number {
    if (this.isFrontSent) {
      this.front = []
      this.isFrontSent = false
    }
    return this.advanceTo(this.sent)
  }

  /** Drops all lines. Returns the number of records among them. */
  clear(): number {
    this.front = []
    this.isFrontSent = false
    this.encodeText()
    const last = this.chunks.length - 1
    const end = { chunk: last, offset: this.chunks[last]?.size ?? 1, line: this.end }
    this.canReuse = false
    return last < 0 ? 0 : this.advanceTo(end)
  }

  /** Stops reusing chunks, because a pending write may still read their bytes. */
  keepBytes(): void {
    this.canReuse = false
  }

  private get isAtFront(): boolean {
    return this.front.length > 0 && !this.isFrontSent
  }

  /** Upper bound for the size of the text with this many more characters, in bytes: UTF-8 takes at most three bytes for each. */
  private maxTextBytes(more: number): number {
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

  private skipExhausted(position: Position): Position {
    const chunk = this.chunks[position.chunk]
    return chunk !== undefined && position.offset === chunk.size && position.chunk < this.chunks.length - 1
      ? { chunk: position.chunk + 1, offset: 1, line: position.line }
      : position
  }

  private advanceTo(to: Position): number {
    const lines = to.line - this.head.line
    this.bytes -= this.bytesUntil(to)
    this.head = to
    const next = this.notices.findIndex((position) => position >= to.line)
    const notices = this.notices.splice(0, next < 0 ? this.notices.length : next).length
    this.dropConfirmed()
    return lines - notices
  }

  private bytesUntil({ chunk, offset }: Position): number {
    let bytes = -this.head.offset
    for (let index = this.head.chunk; index < chunk; index++) {
      bytes += this.chunks[index]!.size - 1
    }
    return bytes + offset
  }

  /** Drops chunks that are confirmed completely, including the last one once it is exhausted. */
  private dropConfirmed(): void {
    const isExhausted = this.chunks[this.head.chunk]?.size === this.head.offset
    const count = this.head.chunk + (isExhausted ? 1 : 0)
    const confirmed = this.chunks.splice(0, count)
    this.head = { chunk: 0, offset: isExhausted ? 1 : this.head.offset, line: this.head.line }
    this.sent = this.head
    for (const chunk of this.canReuse ? confirmed : []) {
      if (chunk.bytes.length === this.batchLimit + 1 && this.spare.length < maxSpare) {
        this.spare.push(chunk)
      }
    }
  }
}
