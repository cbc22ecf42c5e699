/**
 * What became of the records that the console sink was given.
 *
 * Counted are spans that ended and measurements, not the `▸` lines of spans that are open.
 */

/** Why a record was not shown: the reader of a stream is too slow, or the stream failed. */
export type ConsoleDropReason = "queue_full" | "io"

/** What became of the records. `accepted = written + queued + the sum of dropped`. */
export interface ConsoleStats {
  /** Spans that ended, and measurements where they are shown. */
  readonly accepted: number
  /** Taken by the stream; by a stream of Node's when it has passed them on. */
  readonly written: number
  /** Waiting for the root of their trace to end (`order: "tree"`), or held by the stream for a slow reader. */
  readonly queued: number
  /** Those that were not printed, by reason. */
  readonly dropped: { readonly [Reason in ConsoleDropReason]: number }
  /** Traces of which a part was printed before their root ended, because too much was waiting (`order: "tree"`). */
  readonly printedEarly: number
  /** The last error of the stream, as text; `null` where there was none. */
  readonly lastError: string | null
}

/** The counters of one console sink. */
export class Counts {
  accepted = 0
  written = 0
  printedEarly = 0
  lastError: string | null = null
  readonly dropped: { [Reason in ConsoleDropReason]: number } = { queue_full: 0, io: 0 }

  read(): ConsoleStats {
    const { accepted, dropped, lastError, printedEarly, written } = this
    const queued = accepted - written - dropped.io - dropped.queue_full
    return { accepted, written, queued, dropped: { ...dropped }, printedEarly, lastError }
  }
}
