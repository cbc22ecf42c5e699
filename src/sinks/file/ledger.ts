/**
 * What became of the records: every one that was accepted is written, queued, or dropped for a reason.
 */
import { encodeDropped } from "../../records/wire/encode.js"

/** Why a record was not written. */
export type DropReason =
  /** More was waiting than `maxQueuedBytes`: the newest are dropped. */
  | "queue_full"
  /** The record alone is larger than `maxQueuedBytes`. */
  | "too_large"
  /** It could not be put into words. */
  | "serialization"
  /** A measurement whose value or name is none. */
  | "invalid_value"
  /** The layer closed while the disk refused it. */
  | "io"
  /** The layer closed before it was its turn, or while its write was under way. */
  | "shutdown"
  /** It came after the layer had closed. */
  | "after_close"

/** What became of the records. `accepted = written + queued + the sum of dropped`, always. */
export interface FileStats {
  /** Spans that ended and measurements that were taken. */
  readonly accepted: number
  /** Taken by the system, as whole lines. */
  readonly written: number
  /** Waiting, or in a write that is under way. */
  readonly queued: number
  /** Those that were not written, by reason. */
  readonly dropped: { readonly [Reason in DropReason]: number }
  /** How often a call that the disk refused was made again. */
  readonly retried: number
  /** The last error of the disk, as text; `null` where there was none. */
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
  /** Losses that a line has to tell of, ≥ 0. */
  noted = 0
  /** Those of them that a line was made for. */
  told = 0
  private untold = new Map<DropReason, number>()

  /** Whether there are losses that no line tells of. */
  get hasUntold(): boolean {
    return this.untold.size > 0
  }

  /** Records that were dropped, ≥ 0. */
  get lost(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count, 0)
  }

  drop(reason: DropReason, count = 1): void {
    this.dropped[reason] += count
    if (count > 0 && !isLate(reason)) {
      this.noted += count
      this.untold.set(reason, (this.untold.get(reason) ?? 0) + count)
    }
  }

  /** Lines that tell of the losses that no line has told of. */
  tell(at: Date): ReadonlyArray<string> {
    const lines = Array.from(this.untold, ([reason, count]) => encodeDropped({ reason, count, at }))
    this.untold = new Map()
    this.told = this.noted
    return lines
  }

  /** A copy of the counters. */
  stats(queued: number): FileStats {
    const { accepted, dropped, lastError, retried, written } = this
    return { accepted, written, queued, dropped: { ...dropped }, retried, lastError }
  }
}

/** Losses at the end of the layer and after it: there is no file left to tell of them. */
const isLate = (reason: DropReason): boolean => reason === "io" || reason === "shutdown" || reason === "after_close"
