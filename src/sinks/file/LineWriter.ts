/**
 * Lines on their way into a file: queued, written in batches, one write at a time, in the order in which they came.
 *
 * The writer starts at once when there is something to write, so that no timer stands between a record and the disk. What does not fit
 * into the queue or cannot be written is counted by reason.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { defaultLimits } from "../../records/attributes.js"
import { capped } from "../../telemetry/capped.js"
import { describe } from "../../telemetry/outcome.js"
import { Reporter } from "../../telemetry/report.js"

/** Characters in one write, unless a single line is longer. */
const batchLength = 256 * 1024

/** Characters that may wait. */
const queueLength = 8 * 1024 * 1024

/** How long the release waits for a write that is under way; telemetry must not keep a program from ending. */
const closeCap = Duration.seconds(3)

/**
 * Why a record was not written: the queue was full, the write failed, the file closed before it was its turn or while it was being
 * written, or it came after that.
 */
export type DropReason = "queue_full" | "io" | "shutdown" | "after_close"

/** What became of the records. `accepted = written + queued + the sum of dropped`. */
export interface FileStats {
  readonly accepted: number
  readonly written: number
  readonly queued: number
  readonly dropped: { readonly [Reason in DropReason]: number }
  /** The last error of a write, as text; `null` where there was none. */
  readonly lastError: string | null
}

/** A writer of lines. */
export interface LineWriter {
  readonly write: (line: string) => void
  /** Completes when everything given so far is written or counted as dropped. */
  readonly flush: Effect.Effect<void>
  readonly stats: Effect.Effect<FileStats>
}

interface Waiter {
  readonly until: number
  readonly resume: () => void
}

/** The queue and its counters; what is synchronous about a writer. */
class LineQueue {
  private lines: Array<string> = []
  private taken = 0
  private length = 0
  private waiters: Array<Waiter> = []
  /** Lines that were let into the queue. */
  private admitted = 0
  private closed = false
  accepted = 0
  written = 0
  lastError: string | null = null
  readonly dropped = { queue_full: 0, io: 0, shutdown: 0, after_close: 0 }
  readonly reporter = new Reporter()

  constructor(private readonly path: string, private readonly wake: () => void) {}

  get queued(): number {
    return this.admitted - this.settled
  }

  private get settled(): number {
    return this.written + this.dropped.io + this.dropped.shutdown
  }

  push(line: string): void {
    this.accepted++
    if (this.closed) {
      this.dropped.after_close++
    } else if (this.length + line.length > queueLength) {
      this.dropped.queue_full++
      this.reporter.once(
        "queue_full",
        `The telemetry file ${this.path} cannot keep up: records are dropped and counted`
      )
    } else {
      this.admitted++
      this.lines.push(line)
      this.length += line.length
      this.wake()
    }
  }

  get isEmpty(): boolean {
    return this.taken === this.lines.length
  }

  /** The next lines, as one text, and how many they are. */
  take(): readonly [text: string, count: number] {
    let text = ""
    let count = 0
    while (this.taken < this.lines.length) {
      const line = this.lines[this.taken]!
      if (count > 0 && text.length + line.length >= batchLength) {
        break
      }
      text += `${line}\n`
      this.taken++
      count++
    }
    this.length -= text.length - count
    this.forgetTaken()
    return [text, count]
  }

  // Also while there is always something queued: else all that was ever written would stay in memory.
  private forgetTaken(): void {
    if (this.taken * 2 >= this.lines.length) {
      this.lines = this.lines.slice(this.taken)
      this.taken = 0
    }
  }

  wrote(count: number): void {
    if (this.closed) {
      return
    }
    this.written += count
    this.settle()
  }

  failed(count: number, error: unknown): void {
    if (this.closed) {
      return
    }
    this.dropped.io += count
    this.lastError = describe(error, defaultLimits)
    this.reporter.once(
      "io",
      `Writing telemetry to ${this.path} failed: ${this.lastError}. Lost records are counted in \`stats\``
    )
    this.settle()
  }

  /** Calls back when all that was admitted by now is settled. */
  whenSettled(resume: () => void): void {
    if (this.queued === 0) {
      resume()
    } else {
      this.waiters.push({ until: this.admitted, resume })
    }
  }

  /** Takes nothing more; what has not been written by now is given up. */
  close(): void {
    this.dropped.shutdown += this.queued
    this.closed = true
    this.lines = []
    this.taken = 0
    this.settle()
  }

  private settle(): void {
    const ready = this.waiters.filter((waiter) => waiter.until <= this.settled)
    this.waiters = this.waiters.filter((waiter) => waiter.until > this.settled)
    for (const waiter of ready) {
      waiter.resume()
    }
  }
}

/** A writer in the current scope; the caller drains it with `flush` before the file closes. */
export const makeLineWriter = (
  file: FileSystem.File,
  path: string,
  closeTimeout: Duration.DurationInput = closeCap
): Effect.Effect<LineWriter, never, Scope.Scope> =>
  Effect.gen(function*() {
    const latch = yield* Effect.makeLatch(false)
    const queue = new LineQueue(path, () => latch.unsafeOpen())
    const encoder = new TextEncoder()
    const writeBatch = Effect.suspend(() => {
      if (queue.isEmpty) {
        // In one go: what was queued between the look and the closing would not wake the writer.
        latch.unsafeClose()
        return Effect.void
      }
      const [text, count] = queue.take()
      return Effect.matchCause(file.writeAll(encoder.encode(text)), {
        onSuccess: () => queue.wrote(count),
        onFailure: (cause) => queue.failed(count, cause)
      })
    })
    const work = latch.await.pipe(
      // An interrupted write would go on in the background while the file is being closed.
      Effect.zipRight(Effect.uninterruptible(writeBatch)),
      Effect.forever,
      Effect.withTracerEnabled(false),
      Effect.interruptible
    )
    yield* Effect.acquireRelease(Effect.forkDaemon(work), (worker) =>
      Effect.zipRight(capped(Fiber.interrupt(worker), closeTimeout), Effect.sync(() => queue.close())))
    return {
      write: (line) =>
        queue.push(line),
      flush: Effect.async<void>((resume) => queue.whenSettled(() => resume(Effect.void))),
      stats: Effect.sync(() => ({
        accepted: queue.accepted,
        written: queue.written,
        queued: queue.queued,
        dropped: { ...queue.dropped },
        lastError: queue.lastError
      }))
    }
  })
