/**
 * Takes records, encodes and queues them, and writes them in order.
 *
 * This is the synchronous part of the file sink. It is driven by the worker, by the end of the process and, in write-through mode, by each
 * record. Nothing here throws.
 */
import type { Clock } from "effect/Clock"
import type { Redactor } from "../../records/redact/Redactor.js"
import type { OpenSpans } from "../../telemetry/tracing/OpenSpan.js"
import { Appender } from "./appender.js"
import { codeOf, type Disk, type Steps } from "./disk.js"
import { DiskHealth } from "./diskHealth.js"
import { type FileStats, Flushes, Ledger } from "./ledger.js"
import { LineQueue } from "./lineQueue.js"
import type { Opened } from "./openFile.js"
import { OpenSpanNotices } from "./openSpans.js"
import { Run, runNow } from "./run.js"

/** Maximum size of one write, in bytes; a longer line is written alone. */
const batchBytes = 256 * 1024

/** How long the exit handler waits for a pending write, in milliseconds. */
const exitTimeout = 100

/** How long a full queue waits for a pending write, in milliseconds: its callback may only be waiting for a turn of the event loop. */
const fullTimeout = 4

/** How many times the exit handler tries to write. */
const exitAttempts = 3

/** The fraction of a full queue that is written synchronously when the event loop is blocked. */
const roomToMake = 1 / 8

/** What a writer needs. */
export interface WriterOptions {
  readonly disk: Disk
  /** The path of the file. */
  readonly path: string
  /** The path as passed by the user. */
  readonly name: string
  readonly clock: Clock
  /** Redacts error messages. */
  readonly rules: Redactor
  /** Whether the disk supports synchronous calls. */
  readonly isSynchronous: boolean
  readonly writeThrough: boolean
  readonly shared: boolean
  readonly maxQueuedBytes: number
}

/** Writes records to one file. */
export class Writer {
  /** Wakes the worker. */
  wake: () => void = () => {}
  /** Wakes the worker, even if it waits after a failure. */
  retryNow: () => void = () => {}
  /** Set to write all queued records and then close the file. */
  isClosing = false
  isClosed = false
  readonly health: DiskHealth

  private readonly ledger = new Ledger()
  private readonly queue: LineQueue
  private readonly appender: Appender
  readonly notices = new OpenSpanNotices()
  private readonly flushes = new Flushes()
  private run: Run<void> | undefined = undefined
  private hasExited = false

  constructor(private readonly options: WriterOptions, opened: Opened) {
    this.queue = new LineQueue(options.maxQueuedBytes, batchBytes)
    this.health = new DiskHealth(options.name, options.rules)
    this.appender = new Appender({
      ...options,
      onOpened: (reopened) => this.health.checkMode(reopened),
      onWritten: (records) => {
        this.ledger.written += records
        this.resumeFlushes()
      },
      onRetry: () => void this.ledger.retried++
    }, opened)
  }

  /** Accepts a record. */
  accept<A>(encode: (record: A) => string, record: A): void {
    this.ledger.accepted++
    if (this.isClosed) {
      this.ledger.drop("after_close")
      return this.health.reportLoss("after_close")
    }
    let line: string
    try {
      line = encode(record)
    } catch (error) {
      return this.drop("serialization", error)
    }
    let answer = this.queue.offer(line, "record")
    if (answer === "queue_full" && this.makeRoom()) {
      answer = this.queue.offer(line, "record")
    }
    return answer === "queued" ? this.onLineQueued() : this.drop(answer)
  }

  /** Counts a measurement or score that was dropped as invalid. */
  refuse(): void {
    this.ledger.accepted++
    this.ledger.drop("invalid_value")
    this.onLineQueued()
  }

  /** Adds a source of open spans. Call the returned function when the source closes. */
  attach(open: OpenSpans): () => void {
    this.notices.add(open)
    return () => {
      this.noteOpenSpans([open])
      this.notices.delete(open)
    }
  }

  get stats(): FileStats {
    return this.ledger.stats(this.queue.records)
  }

  /** Whether there is something to write. */
  get hasWork(): boolean {
    return !this.isClosed && (!this.queue.isEmpty || this.ledger.hasUnreported || this.appender.isReopenRequested)
  }

  /** Whether a disk call is pending. */
  get isWriting(): boolean {
    return this.run !== undefined
  }

  /** Calls back when everything accepted so far is written or dropped. Call the returned function to cancel. */
  flush(resume: () => void): () => void {
    if (this.isClosed) {
      resume()
      return () => {}
    }
    this.noteOpenSpans()
    this.appender.requestPathCheck()
    const forget = this.flushes.add({ position: this.queue.end, losses: this.ledger.toReport, resume })
    this.retryNow()
    this.resumeFlushes()
    return forget
  }

  /** Reopens the path before the next write. */
  reopen(): void {
    this.appender.requestReopen()
    this.retryNow()
  }

  /** Writes queued records in the background; `done` receives the error that stopped it, if any. Called by the worker. */
  write(done: (error: unknown) => void): void {
    if (this.health.isFailing) {
      this.ledger.retried++
      this.appender.requestPathCheck()
    }
    this.run = new Run(this.steps(never), (error) => {
      this.run = undefined
      done(error)
    })
    this.run.start()
  }

  /** Called when the worker has nothing more to do. */
  onIdle(): void {
    if (this.isClosing) {
      this.close()
    }
  }

  /** Called when a write failed. */
  onError(error: unknown): void {
    this.ledger.lastError = this.health.failed(error, this.ledger.lost)
    const code = codeOf(error)
    if (code === "EBADF" || code === "ESTALE") {
      this.appender.requestReopen()
    }
  }

  /** Stops accepting records and drops everything not yet written. */
  close(): void {
    if (!this.isClosed) {
      this.isClosed = true
      this.ledger.written += this.queue.confirm()
      this.ledger.drop(this.health.isFailing ? "io" : "shutdown", this.queue.clear())
      this.flushes.resumeUpTo(Infinity, Infinity)
    }
  }

  /** Closes the file. Called by the worker when nothing is left to write. */
  closeFile(done: () => void): void {
    new Run(this.appender.close(), done).start()
  }

  /** Called when the process exits: writes everything possible, synchronously. */
  exit(): void {
    // A pending write may still read the chunks.
    this.queue.keepBytes()
    this.run?.continueNow(never, exitTimeout, true)
    if (this.isClosed || this.isWriting) {
      return
    }
    this.hasExited = true
    for (let attempt = 0; attempt < exitAttempts; attempt++) {
      if (this.writeNow() && this.noteOpenSpans() === 0) {
        return
      }
    }
    this.writeNow()
    try {
      runNow(this.appender.trim())
    } catch {
      // The process is exiting; there is no one left to report to.
    }
  }

  private *steps(enough: () => boolean): Steps<void> {
    this.appender.invalidate()
    while (this.hasWork && !enough()) {
      this.noteLosses()
      if (this.queue.isEmpty) {
        yield* this.appender.prepare(this.queue)
      } else {
        yield* this.appender.append(this.queue)
        this.health.succeeded(this.ledger.lost)
      }
    }
  }

  private drop(reason: "serialization" | "too_large" | "queue_full", error?: unknown): void {
    this.ledger.drop(reason)
    this.health.reportLoss(reason, error)
    this.onLineQueued()
  }

  private onLineQueued(): void {
    // After a failure the worker goes first, because the queued records are older.
    const isSynchronous = this.hasExited || (this.options.writeThrough && !this.health.isFailing)
    if (!isSynchronous || this.isWriting || !this.writeNow()) {
      this.wake()
    }
  }

  private writeNow(enough: () => boolean = never): boolean {
    try {
      runNow(this.steps(enough))
      return true
    } catch (error) {
      this.onError(error)
      return false
    }
  }

  /**
   * Makes room if the queue is full only because the program blocks the event loop: the last write has finished, but its callback cannot
   * run.
   */
  private makeRoom(): boolean {
    const enough = () => this.queue.hasRoom(roomToMake)
    if (this.health.isFailing || !this.options.isSynchronous) {
      return false
    }
    return (this.run?.continueNow(enough, fullTimeout, false) ?? this.writeNow(enough)) && enough()
  }

  private noteOpenSpans(sources?: Iterable<OpenSpans>): number {
    const noted = this.notices.offerLines(
      (line) => this.queue.offer(line, "notice") === "queued",
      new Date(this.options.clock.unsafeCurrentTimeMillis()),
      sources
    )
    if (noted > 0 && !this.hasExited) {
      this.onLineQueued()
    }
    return noted
  }

  // Not in the middle of a partial line, and not while sent lines may already be in the file.
  private noteLosses(): void {
    if (!this.ledger.hasUnreported || this.appender.hasPartialLine || this.queue.hasFront || this.queue.hasSent) {
      return
    }
    const at = new Date(this.options.clock.unsafeCurrentTimeMillis())
    for (const line of this.ledger.reportLosses(at)) {
      this.queue.putFirst(line)
    }
  }

  private resumeFlushes(): void {
    this.flushes.resumeUpTo(this.queue.start, this.queue.hasFront ? 0 : this.ledger.reported)
  }
}

const never = (): boolean => false
