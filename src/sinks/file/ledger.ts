/**
 * Counts the records: every accepted one is written, queued, or dropped for a reason. Also holds the pending flushes.
 */
import { encodeDropped } from "../../records/wire/dropped.js"

/** Why a record was not written. */
export type DropReason =
  /** The queue already held `maxQueuedBytes`; new records are dropped. */
  | "queue_full"
  /** The record alone is larger than `maxQueuedBytes`. */
  | "too_large"
  /** The record could not be encoded. */
  | "serialization"
  /** The measurement or score was invalid. */
  | "invalid_value"
  /** The layer closed while the disk was failing. */
  | "io"
  /** The layer closed before it was written, or during its write. */
  | "shutdown"
  /** The record arrived after the layer had closed. */
  | "after_close"

/** Counts of the records. `accepted = written + queued + the sum of dropped`, always. */
export interface FileStats {
  /** Ended spans, measurements and scores received, including invalid ones. */
  readonly accepted: number
  /** Records accepted by the operating system, as whole lines. */
  readonly written: number
  /** Records waiting or being written. */
  readonly queued: number
  /** Records that were not written, by reason. */
  readonly dropped: { readonly [Reason in DropReason]: number }
  /** How often a failed disk call was retried. */
  readonly retried: number
  /** The last disk error as text, or `null`. */
  readonly lastError: string | null
}

/** The counters. */
export class Ledger {
  accepted = 0
  written = 0
  retried = 0
  lastError: string | null = null
  readonly dropped = {
    queue_full: 0,
    too_large: 0,
    serialization: 0,
    invalid_value: 0,
    io: 0,
    shutdown: 0,
    after_close: 0
  }
  /** Number of dropped records to report in the file, ≥ 0. */
  toReport = 0
  /** How many of them have been reported, ≥ 0. */
  reported = 0
  private unreported = new Map<DropReason, number>()

  /** Whether some losses have not been reported in the file yet. */
  get hasUnreported(): boolean {
    return this.unreported.size > 0
  }

  /** Number of dropped records, ≥ 0. */
  get lost(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count, 0)
  }

  drop(reason: DropReason, count = 1): void {
    this.dropped[reason] += count
    if (count > 0 && !isLate(reason)) {
      this.toReport += count
      this.unreported.set(reason, (this.unreported.get(reason) ?? 0) + count)
    }
  }

  /** Lines for the losses not reported yet. */
  reportLosses(at: Date): ReadonlyArray<string> {
    const lines = Array.from(this.unreported, ([reason, count]) => encodeDropped({ reason, count, at }))
    this.unreported = new Map()
    this.reported = this.toReport
    return lines
  }

  /** The current counters. */
  stats(queued: number): FileStats {
    const { accepted, dropped, lastError, retried, written } = this
    return { accepted, written, queued, dropped: { ...dropped }, retried, lastError }
  }
}

/** Whether a loss happened while closing or later, when there is no file left to report it in. */
const isLate = (reason: DropReason): boolean => reason === "io" || reason === "shutdown" || reason === "after_close"

interface Waiter {
  /** The position in the queue to be reached. */
  readonly position: number
  /** The number of losses to be reported in the file. */
  readonly losses: number
  readonly resume: () => void
}

/** Flushes that wait until everything accepted before them is written or dropped. */
export class Flushes {
  private waiters: ReadonlyArray<Waiter> = []

  /** Adds a flush; call the returned function to remove it. */
  add(waiter: Waiter): () => void {
    this.waiters = [...this.waiters, waiter]
    return () => {
      this.waiters = this.waiters.filter((other) => other !== waiter)
    }
  }

  /** Resumes the flushes that wait for this position and number of losses, or less. */
  resumeUpTo(position: number, losses: number): void {
    if (this.waiters.length === 0) {
      return
    }
    const isReady = (waiter: Waiter) => waiter.position <= position && waiter.losses <= losses
    const ready = this.waiters.filter(isReady)
    this.waiters = this.waiters.filter((waiter) => !isReady(waiter))
    for (const { resume } of ready) {
      resume()
    }
  }
}
