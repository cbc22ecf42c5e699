/**
 * Puts batches of lines at the end of the file, so that every line of it is whole whatever happens: a write that was cut short, a torn
 * line of somebody else, a file that was moved, deleted or emptied meanwhile.
 *
 * All it does is steps, so that it can be done in the background or at once. It must not be at two batches at the same time.
 */
import type { Clock } from "effect/Clock"
import { ask, codeOf, type Disk, type FileFacts, type OpenFile, type Steps } from "./disk.js"
import type { LineQueue } from "./lineQueue.js"
import { closeQuietly, hasMoved, type Opened, openLog } from "./openFile.js"

/** Milliseconds between two looks at the path: is it still the file that is written to? */
const lookInterval = 250

/** So many writes in a row may go by before the file is looked at, as long as more is to be written at once. */
const writesUnseen = 8

/** How often a call is made again at once where the system was only interrupted or busy. */
const momentaryRetries = 5

/** What an appender is made of. */
export interface AppenderOptions {
  readonly disk: Disk
  readonly path: string
  /** Somebody else writes to the file, whether it shows or not. */
  readonly shared: boolean
  readonly clock: Clock
  readonly onOpened: (opened: Opened) => void
  /** So many records are in the file. */
  readonly onWritten: (records: number) => void
  /** A call is made again. */
  readonly onRetry: () => void
}

/**
 * What is known of the file: nothing (time has passed), how it is right now, or how it has to be after writes that were not looked at
 * yet.
 */
type Knowledge = "none" | "fresh" | "assumed"

/** The file, and where its end is. */
export class Appender {
  private file: OpenFile
  private facts: FileFacts | undefined
  private knowledge: Knowledge = "fresh"
  /** Where the file ends, as far as that is known. */
  private end: number | undefined
  /** So many bytes of the first line that is queued are the end of the file. */
  private cut = 0
  /** The file may end in the middle of a line that is not ours to finish. */
  private isTorn: boolean
  /** Somebody else writes to this file. */
  private isShared: boolean
  private mustLook = false
  private mustReopen = false
  private lastLook: number
  /** Bytes of each write since the file was looked at. */
  private unseen: Array<number> = []

  constructor(private readonly options: AppenderOptions, opened: Opened) {
    this.file = opened.file
    this.facts = opened.facts
    this.end = opened.facts?.size
    this.isTorn = opened.isTorn
    this.isShared = options.shared
    this.lastLook = this.now
    options.onOpened(opened)
  }

  /** Whether a line was begun and not finished. */
  get isCut(): boolean {
    return this.cut > 0
  }

  /** Whether the path is to be opened again although nothing may have happened to it. */
  get isAskedToReopen(): boolean {
    return this.mustReopen
  }

  /** Time has passed: the file may not be what it was. */
  doubt(): void {
    this.knowledge = "none"
  }

  /** Has the path looked at before the next write. */
  look(): void {
    this.mustLook = true
  }

  /** Has the path opened again before the next write. */
  askToReopen(): void {
    this.mustReopen = true
  }

  /** Sees to it that there is a file to write to. What the queue has sent before is in it, or is sent again. */
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
      this.compare(facts.size)
    }
    this.knowledge = "fresh"
  }

  /** Writes the next lines of the queue. Those that are known to be in the file are taken out of it. */
  *append(queue: LineQueue): Steps<void> {
    if (this.isCut) {
      // What was begun may have been taken away meanwhile: its rest alone would be no line.
      this.doubt()
    }
    if (this.knowledge !== "assumed") {
      yield* this.prepare(queue)
    }
    const batch = queue.batch(this.cut === 0 && (this.isTorn || this.isShared))
    const bytes = batch.bytes.subarray(this.cut)
    const written = yield* this.write(bytes)
    // A look after each write would halve what a busy program can write: an answer takes a turn of its event loop.
    if (!this.isCut && written === bytes.length && queue.hasMore(batch) && this.unseen.length < writesUnseen) {
      this.assume(queue, batch.lines, written)
    } else {
      yield* this.lookBack(queue, bytes, written)
    }
  }

  /** Takes away a line that will not be finished, where it still is the end of the file. */
  *trim(): Steps<void> {
    const { cut, end } = this
    this.cut = 0
    if (cut === 0 || end === undefined) {
      return
    }
    this.isTorn = true
    const facts = yield* ask(this.file.facts)
    if (facts?.size === end && facts.links !== 0) {
      yield* ask(this.file.truncate(end - cut))
      this.end = end - cut
      this.isTorn = false
    }
  }

  /** Leaves the file as whole lines and closes it. */
  *close(): Steps<void> {
    try {
      yield* this.trim()
    } catch {
      // One torn line is left; readers skip it.
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
        throw new Error("The disk took nothing and did not say why")
      } catch (error) {
        if (attempt === momentaryRetries || !isMomentary(error)) {
          throw error
        }
        this.options.onRetry()
      }
    }
  }

  private assume(queue: LineQueue, lines: number, written: number): void {
    queue.send(lines)
    this.knowledge = "assumed"
    this.unseen.push(written)
    this.end = this.end === undefined ? undefined : this.end + written
    this.cut = 0
    this.isTorn = false
  }

  private *lookBack(queue: LineQueue, bytes: Uint8Array, written: number): Steps<void> {
    const begun = this.end
    const facts = yield* ask(this.file.facts)
    this.facts = facts ?? this.facts
    this.end = facts?.size
    this.knowledge = facts === undefined ? "none" : "fresh"
    if (facts?.links === 0) {
      // Deleted, and what was written with it.
      queue.resend()
      yield* this.reopen()
      return
    }
    if (this.isCut && begun !== undefined && this.end !== undefined && this.end < begun + written) {
      // Emptied before a begun line went on: its rest is no line, and all of this write is made again.
      this.cut = written
      yield* this.trim()
    } else {
      queue.send(this.settle(bytes, written, begun))
    }
    this.options.onWritten(queue.confirm())
  }

  /** Notes what a write has made of the end of the file, and gives how many lines it has finished. */
  private settle(bytes: Uint8Array, written: number, begun: number | undefined): number {
    const expected = begun === undefined ? undefined : begun + written
    const sizes = [...this.unseen, written]
    this.unseen = []
    // Where it was emptied since the last look, it holds the last of the writes since, and nothing else.
    const isAlone = expected !== undefined &&
      (this.end === expected || sizes.some((_, from) => this.end === sumOf(sizes.slice(from))))
    this.isShared ||= expected !== undefined && this.end !== undefined && this.end > expected
    const got = bytes.subarray(0, written)
    const rest = written - (got.lastIndexOf(newline) + 1)
    const before = this.cut
    // Another writer may stand behind a line that was cut: it is begun again on a line of its own.
    this.isTorn = rest > 0 && !isAlone
    this.cut = rest === 0 || !isAlone ? 0 : rest === written ? before + rest : rest
    return countLines(got) - (before === 0 && bytes[0] === newline ? 1 : 0)
  }

  /** What the size says of others: they wrote, or emptied the file. */
  private compare(size: number): void {
    if (this.end !== undefined && size !== this.end) {
      this.isShared ||= size > this.end
      this.isTorn = size > 0
      this.cut = 0
    }
    this.end = size
  }

  private *hasMoved(): Steps<boolean> {
    const { now } = this
    if (this.facts === undefined || (!this.mustLook && Math.abs(now - this.lastLook) < lookInterval)) {
      return false
    }
    this.mustLook = false
    this.lastLook = now
    return yield* hasMoved(this.options.disk, this.options.path, this.facts)
  }

  private *reopen(): Steps<void> {
    // Asked until it is done: a path that cannot be opened now is tried again.
    this.mustReopen = true
    const opened = yield* openLog(this.options.disk, this.options.path)
    yield* this.close()
    this.mustReopen = false
    this.file = opened.file
    this.facts = opened.facts
    this.end = opened.facts?.size
    this.knowledge = "fresh"
    this.unseen = []
    this.isTorn = opened.isTorn
    this.isShared = this.options.shared
    this.cut = 0
    this.options.onOpened(opened)
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
