/**
 * Appends batches of lines to the file so that every line stays whole: after a partial write, after a torn line of another writer, and
 * when the file is moved, deleted or truncated.
 *
 * Everything is written as steps, to run in the background or synchronously. Only one batch may be in progress at a time.
 */
import type { Clock } from "effect/Clock"
import { ask, codeOf, type Disk, type FileFacts, type OpenFile, type Steps } from "./disk.js"
import type { LineQueue } from "./lineQueue.js"
import { closeQuietly, hasMoved, type Opened, openLog } from "./openFile.js"

/** Milliseconds between two checks that the path still leads to the open file. */
const pathCheckInterval = 250

/** Maximum number of consecutive writes without checking the file, while more is waiting. */
const maxUnverified = 8

/** How many times a write is repeated immediately if the system call was interrupted or the system is busy. */
const momentaryRetries = 5

/** What an appender needs. */
export interface AppenderOptions {
  readonly disk: Disk
  readonly path: string
  /** Whether to assume that other processes write to the file. */
  readonly shared: boolean
  readonly clock: Clock
  readonly onOpened: (opened: Opened) => void
  /** Called with the number of additional records that are in the file. */
  readonly onWritten: (records: number) => void
  /** Called when a disk call is repeated. */
  readonly onRetry: () => void
}

/** What is known about the file: nothing (time has passed), its current state, or its expected state after unverified writes. */
type Knowledge = "none" | "fresh" | "assumed"

/** Appends to one file. */
export class Appender {
  private file!: OpenFile
  private facts: FileFacts | undefined
  private knowledge: Knowledge = "fresh"
  /** The size of the file, if known. */
  private end: number | undefined
  /** Bytes of the first queued line that are already at the end of the file. */
  private partial = 0
  /** Whether the file may end in the middle of a line that is not ours. */
  private isTorn = false
  /** Whether other processes write to this file. */
  private isShared = false
  private mustCheckPath = false
  private mustReopen = false
  private lastPathCheck: number
  /** The sizes of the writes since the file was last checked, in bytes. */
  private unverified: Array<number> = []

  constructor(private readonly options: AppenderOptions, opened: Opened) {
    this.lastPathCheck = this.now
    this.use(opened)
  }

  /** Whether the file ends with a part of one of our lines. */
  get hasPartialLine(): boolean {
    return this.partial > 0
  }

  /** Whether a reopen was requested. */
  get isReopenRequested(): boolean {
    return this.mustReopen
  }

  /** Discards what is known about the file, because it may have changed. */
  invalidate(): void {
    this.knowledge = "none"
  }

  /** Checks the path before the next write. */
  requestPathCheck(): void {
    this.mustCheckPath = true
  }

  /** Opens the path again before the next write. */
  requestReopen(): void {
    this.mustReopen = true
  }

  /** Makes sure that there is a file to write to. Lines sent earlier are confirmed, or will be sent again. */
  *prepare(queue: LineQueue): Steps<void> {
    const facts = this.knowledge === "fresh" ? this.facts : yield* ask(this.file.facts)
    this.facts = facts ?? this.facts
    const isDeleted = facts?.links === 0
    if (isDeleted) {
      queue.resend()
    } else {
      this.options.onWritten(queue.confirm())
    }
    if (isDeleted || this.mustReopen || (yield* this.hasMoved())) {
      yield* this.reopen()
    } else if (facts !== undefined) {
      this.detectOthers(facts.size)
    }
    this.knowledge = "fresh"
  }

  /** Writes the next lines of the queue, and removes those known to be in the file. */
  *append(queue: LineQueue): Steps<void> {
    if (this.hasPartialLine) {
      // The first part of the line may be gone; the rest alone would not be a line.
      this.invalidate()
    }
    if (this.knowledge !== "assumed") {
      yield* this.prepare(queue)
    }
    const batch = queue.batch(this.partial === 0 && (this.isTorn || this.isShared))
    const bytes = batch.bytes.subarray(this.partial)
    const written = yield* this.write(bytes)
    // Checking after each write would halve the throughput of a busy program: each check takes a turn of its event loop.
    if (
      !this.hasPartialLine && written === bytes.length && queue.hasMore(batch) && this.unverified.length < maxUnverified
    ) {
      this.assumeWritten(queue, batch.lines, written)
    } else {
      yield* this.verify(queue, bytes, written)
    }
  }

  /** Removes an unfinished line, if it is still at the end of the file. */
  *trim(): Steps<void> {
    const { end, partial } = this
    this.partial = 0
    if (partial === 0 || end === undefined) {
      return
    }
    this.isTorn = true
    const facts = yield* ask(this.file.facts)
    if (facts?.size === end && facts.links !== 0) {
      yield* ask(this.file.truncate(end - partial))
      this.end = end - partial
      this.isTorn = false
    }
  }

  /** Closes the file, ending with a whole line. */
  *close(): Steps<void> {
    try {
      yield* this.trim()
    } catch {
      // One torn line remains; readers skip it.
    }
    yield* closeQuietly(this.file)
  }

  private get now(): number {
    return this.options.clock.unsafeCurrentTimeMillis()
  }

  private *write(bytes: Uint8Array): Steps<number> {
    for (let attempt = 0;; attempt++) {
      try {
        const written = yield* ask(this.file.write(bytes, this.end))
        if (written > 0) {
          return written
        }
        throw new Error("The disk wrote nothing and reported no error")
      } catch (error) {
        if (attempt === momentaryRetries || !isMomentary(error)) {
          throw error
        }
        this.options.onRetry()
      }
    }
  }

  private assumeWritten(queue: LineQueue, lines: number, written: number): void {
    queue.send(lines)
    this.knowledge = "assumed"
    this.unverified.push(written)
    this.end = this.end === undefined ? undefined : this.end + written
    this.partial = 0
    this.isTorn = false
  }

  private *verify(queue: LineQueue, bytes: Uint8Array, written: number): Steps<void> {
    const start = this.end
    const facts = yield* ask(this.file.facts)
    this.facts = facts ?? this.facts
    this.end = facts?.size
    this.knowledge = facts === undefined ? "none" : "fresh"
    if (facts?.links === 0) {
      // Deleted together with the lines just written.
      queue.resend()
      yield* this.reopen()
      return
    }
    if (this.hasPartialLine && start !== undefined && this.end !== undefined && this.end < start + written) {
      // Truncated before an unfinished line was continued: the rest is not a line, so the whole write is repeated.
      this.partial = written
      yield* this.trim()
    } else {
      queue.send(this.endOfWrite(bytes, written, start))
    }
    this.options.onWritten(queue.confirm())
  }

  /** Records how the file ends after a write. Returns the number of complete lines. */
  private endOfWrite(bytes: Uint8Array, written: number, start: number | undefined): number {
    const expected = start === undefined ? undefined : start + written
    const sizes = [...this.unverified, written]
    this.unverified = []
    // If it was truncated since the last check, it contains only the last of the writes since then.
    const isAlone = expected !== undefined &&
      (this.end === expected || sizes.some((_, from) => this.end === sumOf(sizes.slice(from))))
    this.isShared ||= expected !== undefined && this.end !== undefined && this.end > expected
    const got = bytes.subarray(0, written)
    const rest = written - (got.lastIndexOf(newline) + 1)
    const before = this.partial
    // Another process may have written after our partial line, so the line starts again on a new line.
    this.isTorn = rest > 0 && !isAlone
    this.partial = rest === 0 || !isAlone ? 0 : rest === written ? before + rest : rest
    return countLines(got) - (before === 0 && bytes[0] === newline ? 1 : 0)
  }

  /** Detects by the size that another process wrote to the file or truncated it. */
  private detectOthers(size: number): void {
    if (this.end !== undefined && size !== this.end) {
      this.isShared ||= size > this.end
      this.isTorn = size > 0
      this.partial = 0
    }
    this.end = size
  }

  private use(opened: Opened): void {
    this.file = opened.file
    this.facts = opened.facts
    this.end = opened.facts?.size
    this.knowledge = "fresh"
    this.unverified = []
    this.isTorn = opened.isTorn
    this.isShared = this.options.shared
    this.partial = 0
    this.options.onOpened(opened)
  }

  private *hasMoved(): Steps<boolean> {
    const { now } = this
    if (this.facts === undefined || (!this.mustCheckPath && Math.abs(now - this.lastPathCheck) < pathCheckInterval)) {
      return false
    }
    this.mustCheckPath = false
    this.lastPathCheck = now
    return yield* hasMoved(this.options.disk, this.options.path, this.facts)
  }

  private *reopen(): Steps<void> {
    // Stays requested until it succeeds: a path that cannot be opened now is retried.
    this.mustReopen = true
    const opened = yield* openLog(this.options.disk, this.options.path)
    yield* this.close()
    this.mustReopen = false
    this.use(opened)
  }
}

const newline = 10

const sumOf = (sizes: ReadonlyArray<number>): number => sizes.reduce((sum, size) => sum + size, 0)

const countLines = (bytes: Uint8Array): number => {
  let count = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    count++
  }
  return count
}

const isMomentary = (error: unknown): boolean => codeOf(error) === "EINTR" || codeOf(error) === "EAGAIN"
