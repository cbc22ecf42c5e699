/**
 * Records on their way into the file: accepted, encoded, queued, written in the order in which they came.
 *
 * What is synchronous about the file sink is here; when it is done is up to the worker, the end of the process, and in write-through mode
 * to the record itself. Nothing in here throws.
 */
import type { Clock } from "effect/Clock"
import type { Redactor } from "../../records/redact/Redactor.js"
import type { OpenSpans } from "../../telemetry/tracing/OpenSpan.js"
import { Appender } from "./appender.js"
import { codeOf, type Disk, type Steps } from "./disk.js"
import { Flushes } from "./flushes.js"
import { type FileStats, Ledger } from "./ledger.js"
import { LineQueue } from "./lineQueue.js"
import type { Opened } from "./openFile.js"
import { OpenSpanNotices } from "./openSpans.js"
import { Run, runNow } from "./run.js"
import { Trouble } from "./trouble.js"

/** Bytes in one write, unless a single line is longer. */
const batchBytes = 256 * 1024

/** Milliseconds that the end of a process waits for a write that is under way. */
const exitPatience = 100

/** Milliseconds that a full queue waits for a write that is under way: it may be that only its answer cannot come in. */
const fullPatience = 4

/** How often the end of a process tries. */
const exitAttempts = 3

/** The part of the queue that is made free where it was full for want of a turn of the event loop. */
const roomToMake = 1 / 8

/** What a writer is made of. */
export interface WriterOptions {
  readonly disk: Disk
  /** Where the file is. */
  readonly path: string
  /** What the user calls it. */
  readonly name: string
  readonly clock: Clock
  /** By which errors are shown. */
  readonly rules: Redactor
  /** Whether the disk can be called synchronously. */
  readonly isSynchronous: boolean
  readonly writeThrough: boolean
  readonly shared: boolean
  readonly maxQueuedBytes: number
}

/** A writer of records. */
export class Writer {
  /** Wakes the worker. */
  wake: () => void = () => {}
  /** Wakes the worker also where it waits after a failure. */
  nudge: () => void = () => {}
  /** What is queued is still to be written, and then the file is left. */
  isClosing = false
  isClosed = false
  /** What is said of the disk. */
  readonly trouble: Trouble

  private readonly ledger = new Ledger()
  private readonly queue: LineQueue
  private readonly appender: Appender
  private readonly notices = new OpenSpanNotices()
  private readonly flushes = new Flushes()
  private run: Run<void> | undefined = undefined
  private hasExited = false

  constructor(private readonly options: WriterOptions, opened: Opened) {
    this.queue = new LineQueue(options.maxQueuedBytes, batchBytes)
    this.trouble = new Trouble(options.name, options.rules)
    this.appender = new Appender({
      ...options,
      onOpened: (reopened) => this.trouble.opened(reopened),
      onWritten: (records) => {
        this.ledger.written += records
        this.settle()
      },
      onRetry: () => void this.ledger.retried++
    }, opened)
  }

  /** Takes a record. */
  accept<A>(encode: (record: A) => string, record: A): void {
    this.ledger.accepted++
    if (this.isClosed) {
      this.ledger.drop("after_close")
      return this.trouble.lose("after_close")
    }
    let line: string
    try {
      line = encode(record)
    } catch (error) {
      return this.lose("serialization", error)
    }
    let answer = this.queue.offer(line, "record")
    if (answer === "queue_full" && this.relieve()) {
      answer = this.queue.offer(line, "record")
    }
    return answer === "queued" ? this.lineCame() : this.lose(answer)
  }

  /** Takes note of a measurement that is in no record. */
  refuse(): void {
    this.ledger.accepted++
    this.ledger.drop("invalid_value")
    this.lineCame()
  }

  /** Spans that a recorder holds open. The function returned is for when that is gone. */
  attach(open: OpenSpans): () => void {
    this.notices.add(open)
    return () => {
      this.tellOpenSpans([open])
      this.notices.delete(open)
    }
  }

  get stats(): FileStats {
    return this.ledger.stats(this.queue.records)
  }

  /** Whether there is something to write. */
  get hasWork(): boolean {
    return !this.isClosed && (!this.queue.isEmpty || this.ledger.hasUntold || this.appender.isAskedToReopen)
  }

  /** Whether a call to the disk is under way. */
  get isWriting(): boolean {
    return this.run !== undefined
  }

  /** Calls back when all that was accepted by now is written or dropped. The function returned takes that back. */
  flush(resume: () => void): () => void {
    if (this.isClosed) {
      resume()
      return () => {}
    }
    this.tellOpenSpans()
    this.appender.look()
    const forget = this.flushes.add({ position: this.queue.end, losses: this.ledger.noted, resume })
    this.nudge()
    this.settle()
    return forget
  }

  /** Has the path opened again, although nothing may have happened to it. */
  reopen(): void {
    this.appender.askToReopen()
    this.nudge()
  }

  /** Writes what is queued in the background; `done` hears of the error that stopped it. For the worker. */
  write(done: (error: unknown) => void): void {
    if (this.trouble.isThere) {
      this.ledger.retried++
      this.appender.look()
    }
    this.run = new Run(this.steps(never), (error) => {
      this.run = undefined
      done(error)
    })
    this.run.start()
  }

  /** The worker has found nothing more to do. */
  rest(): void {
    if (this.isClosing) {
      this.close()
    }
  }

  /** Notes that the disk refused a write. */
  fail(error: unknown): void {
    this.ledger.lastError = this.trouble.came(error, this.ledger.lost)
    const code = codeOf(error)
    if (code === "EBADF" || code === "ESTALE") {
      this.appender.askToReopen()
    }
  }

  /** Takes nothing more; what has not been written by now is given up. */
  close(): void {
    if (!this.isClosed) {
      this.isClosed = true
      this.ledger.written += this.queue.confirm()
      this.ledger.drop(this.trouble.isThere ? "io" : "shutdown", this.queue.clear())
      this.flushes.reached(Infinity, Infinity)
    }
  }

  /** Leaves the file; for the worker when it has nothing to write any more. */
  leave(done: () => void): void {
    new Run(this.appender.close(), done).start()
  }

  /** The process ends: whatever can be written is written now. */
  exit(): void {
    // The write that is under way may still be reading them.
    this.queue.keepBytes()
    this.run?.hurry(never, exitPatience, true)
    if (this.isClosed || this.isWriting) {
      return
    }
    this.hasExited = true
    for (let attempt = 0; attempt < exitAttempts; attempt++) {
      if (this.writeNow() && this.tellOpenSpans() === 0) {
        return
      }
    }
    this.writeNow()
    try {
      runNow(this.appender.trim())
    } catch {
      // There is nobody left to tell.
    }
  }

  private *steps(enough: () => boolean): Steps<void> {
    this.appender.doubt()
    while (this.hasWork && !enough()) {
      this.tellLosses()
      if (this.queue.isEmpty) {
        yield* this.appender.prepare(this.queue)
      } else {
        yield* this.appender.append(this.queue)
        this.trouble.went(this.ledger.lost)
      }
    }
  }

  private lose(reason: "serialization" | "too_large" | "queue_full", error?: unknown): void {
    this.ledger.drop(reason)
    this.trouble.lose(reason, error)
    this.lineCame()
  }

  private lineCame(): void {
    // After a failure the worker goes first: what is queued is older.
    const isNow = this.hasExited || (this.options.writeThrough && !this.trouble.isThere)
    if (!isNow || this.isWriting || !this.writeNow()) {
      this.wake()
    }
  }

  private writeNow(enough: () => boolean = never): boolean {
    try {
      runNow(this.steps(enough))
      return true
    } catch (error) {
      this.fail(error)
      return false
    }
  }

  /**
   * Makes room where the queue is full only because the program does not let the event loop turn: the disk has taken the last write, but
   * its answer cannot come in.
   */
  private relieve(): boolean {
    const enough = () => this.queue.hasRoom(roomToMake)
    if (this.trouble.isThere || !this.options.isSynchronous) {
      return false
    }
    return (this.run?.hurry(enough, fullPatience, false) ?? this.writeNow(enough)) && enough()
  }

  private tellOpenSpans(sources?: Iterable<OpenSpans>): number {
    const told = this.notices.tell((line) => this.queue.offer(line, "notice") === "queued", sources)
    if (told > 0 && !this.hasExited) {
      this.lineCame()
    }
    return told
  }

  // Not between the two parts of a line that was cut, nor before lines that may be in the file already.
  private tellLosses(): void {
    if (!this.ledger.hasUntold || this.appender.isCut || this.queue.hasFront || this.queue.hasSent) {
      return
    }
    const at = new Date(this.options.clock.unsafeCurrentTimeMillis())
    for (const line of this.ledger.tell(at)) {
      this.queue.putFirst(line)
    }
  }

  private settle(): void {
    this.flushes.reached(this.queue.start, this.queue.hasFront ? 0 : this.ledger.told)
  }
}

const never = (): boolean => false
