/**
 * Counts spans and log records when they are accepted and when their export has a result.
 *
 * Problems are logged at most once per minute while the sink is open, and once more if it closes with undelivered data.
 */
import * as Effect from "effect/Effect"
import { builtInRedactor, type Redactor } from "../../records/redact/Redactor.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, type Warn, warnWith } from "../../telemetry/report.js"

/** Why a span, a score or a log record was dropped. */
export type OTelDropReason =
  | "queue_full"
  | "rejected"
  | "shutdown"
  | "after_close"
  | "no_exporter"
  | "no_logs"
  | "spool_full"
  | "io"

/**
 * Counts of sampled spans and of log records (content, log messages, and scores that are not events of a span).
 * `accepted = written + unsure + queued + spooled + the sum of dropped`.
 */
export interface OTelStats {
  /** Sampled spans that ended, log records, scores that should have become log records, and items taken from the spool. */
  readonly accepted: number
  /** Accepted by the receiver. */
  readonly written: number
  /** Sent and answered with success, but not in OTLP: whether they arrived is unknown. */
  readonly unsure: number
  /** Waiting for their batch or being exported. */
  readonly queued: number
  /** Written to the spool, for the next process. */
  readonly spooled: number
  /** The part of `written` and `unsure` that earlier processes had left in the spool. */
  readonly recovered: number
  /**
   * What was dropped, by reason. `queue_full`: the queue had no room; `rejected`: the receiver refused it or could not be reached; `shutdown`:
   * undelivered when the sink closed; `after_close`: ended after that; `no_exporter`: nothing exports; `spool_full`: the oldest in the spool; `io`:
   * the spool could not be written; `no_logs`: scores given after their span ended, which only log records can carry.
   */
  readonly dropped: { readonly [Reason in OTelDropReason]: number }
  /** Metric exports that failed; the next export contains the same totals again. */
  readonly failedMetricExports: number
  /** The last export error as text; `null` if there was none. */
  readonly lastError: string | null
}

/** Logs warnings with the loggers of the current fiber, even after it has ended. */
export const say: Effect.Effect<Warn> = Effect.map(Effect.getFiberRefs, (refs) => warnWith(refs))

/** What a counter counts, in words for its messages. */
export interface CountedKind {
  readonly one: string
  readonly many: string
}

const spanKind: CountedKind = { one: "span", many: "spans" }

export const logKind: CountedKind = { one: "log record", many: "log records" }

const started = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

interface Losses {
  readonly lost: number
  readonly spooled: number
  readonly failedMetricExports: number
}

export class ExportCounter {
  private accepted = 0
  private written = 0
  private unsure = 0
  private spooled = 0
  private recovered = 0
  private failedMetricExports = 0
  private lastError: string | null = null
  private readonly dropped: { [Reason in OTelDropReason]: number } = {
    queue_full: 0,
    rejected: 0,
    shutdown: 0,
    after_close: 0,
    no_exporter: 0,
    no_logs: 0,
    spool_full: 0,
    io: 0
  }
  private readonly reporter: Reporter
  private atClosing: Losses | undefined = undefined

  /** `rules` redact the errors of exporters, which contain text from receivers. */
  constructor(
    say: Warn,
    private readonly rules: Redactor = builtInRedactor,
    readonly kind: CountedKind = spanKind
  ) {
    this.reporter = new Reporter(say)
  }

  private get lost(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count, 0)
  }

  get queued(): number {
    return this.accepted - this.written - this.unsure - this.spooled - this.lost
  }

  accept(count = 1): void {
    this.accepted += count
  }

  drop(reason: OTelDropReason, count: number): void {
    this.dropped[reason] += count
    if (reason === "queue_full") {
      this.reporter.every(
        "full",
        `The OpenTelemetry queue is full; ${this.kind.many} are being dropped and counted in \`stats\``
      )
    } else if (reason === "after_close") {
      this.reporter.every(
        "after_close",
        `${
          this.kind === spanKind ? "Spans ended" : `${started(this.kind.many)} came`
        } after the OpenTelemetry layer closed; they are dropped and counted in \`stats\``
      )
    }
  }

  /** Counts items written to the spool. */
  keep(count: number): void {
    this.spooled += count
  }

  /** Counts delivered items of earlier processes. */
  recover(count: number): void {
    this.recovered += count
  }

  /** Counts items removed from the spool to make room; `isOurs` if this counter had counted them as kept. */
  evicted(count: number, isOurs: boolean): void {
    if (isOurs) {
      this.spooled -= count
    } else {
      this.accepted += count
    }
    this.drop("spool_full", count)
    this.reporter.every(
      "spool_full",
      `The OpenTelemetry spool is full; its oldest ${this.kind.many} are dropped and counted in \`stats\``
    )
  }

  /** Counts items that could not be written to the spool. */
  spoolFailed(count: number, error: unknown): void {
    this.drop("io", count)
    this.lastError = this.shown(error)
    this.reporter.every(
      "spool",
      `The OpenTelemetry spool cannot be written: ${this.lastError}. ${
        started(this.kind.many)
      } are dropped and counted in \`stats\``
    )
  }

  /** The receiver was not reached; the items are kept. */
  unreachable(error: unknown): void {
    this.lastError = this.shown(error)
    if (this.atClosing === undefined) {
      this.reporter.every(
        "export",
        `OpenTelemetry export failed: ${this.lastError}. The ${this.kind.many} are kept in the spool`
      )
    }
  }

  /** Logs a problem with the spool, once per key. */
  noteOnSpool(key: string, message: string): void {
    this.reporter.once(`spool ${key}`, message)
  }

  wrote(count: number): void {
    this.written += count
  }

  /** Counts items sent and answered by something that may not be an OTLP receiver. */
  maybeWrote(count: number): void {
    this.unsure += count
    this.answeredOddly()
  }

  /** A response that is not OTLP: from a proxy, a login page, a wrong address. */
  answeredOddly(): void {
    this.reporter.once(
      "unsure",
      "OpenTelemetry exports get a successful response that is not OTLP; check the endpoint. The records sent are counted as `unsure` in `stats`"
    )
  }

  /** Counts a span that nothing exports. */
  notExported(): void {
    this.accepted++
    this.dropped.no_exporter++
    this.reporter.once(
      "no_exporter",
      "OpenTelemetry has neither an exporter nor a span processor: spans are dropped and counted in `stats`. Give OTelTelemetry.layer a spanExporter, or use OTelLive"
    )
  }

  /** Counts a score whose span is not open, if log records are not exported. */
  dropScore(): void {
    this.accepted++
    this.dropped.no_logs++
    this.reporter.once(
      "no_logs",
      "OpenTelemetry scores whose span has ended need log records, which are not exported: such scores are dropped and counted in `stats`. " +
        "Score inside the span, or add a sink that keeps scores, such as the file sink"
    )
  }

  metricsFailed(error: unknown): void {
    this.failedMetricExports++
    this.exportFailed(error)
  }

  /** Counts items that were refused or could not be delivered. */
  failed(count: number, error: unknown): void {
    this.drop("rejected", count)
    this.exportFailed(error)
  }

  /** An export was abandoned; `why` is its last error. */
  givenUp(why: string | undefined): void {
    this.lastError = why === undefined ? this.lastError : this.shown(why)
  }

  /** An error of an exporter, safe to log. */
  shown(error: unknown): string {
    return shownError(error instanceof Error ? error.message : error ?? "unknown", this.rules)
  }

  /** From now on, `closed` reports all failures together. */
  closing(): void {
    this.atClosing = { lost: this.lost, spooled: this.spooled, failedMetricExports: this.failedMetricExports }
  }

  /** Counts everything queued as dropped. Returns a message if data was lost since `closing`. */
  closed(): string | undefined {
    this.drop("shutdown", this.queued)
    const before = this.atClosing ?? { lost: 0, spooled: 0, failedMetricExports: 0 }
    const lost = this.lost - before.lost
    const kept = this.spooled - before.spooled
    const why = this.lastError === null ? "" : `; last error: ${this.lastError}`
    return lost > 0
      ? `OpenTelemetry closed with ${this.counted(lost, "undelivered ")}${why}`
      : kept > 0
      ? `OpenTelemetry closed with ${this.counted(kept)} in the spool, for the next process to send${why}`
      : this.failedMetricExports > before.failedMetricExports
      ? `OpenTelemetry closed with undelivered metrics${why}`
      : undefined
  }

  read(): OTelStats {
    return {
      accepted: this.accepted,
      written: this.written,
      unsure: this.unsure,
      queued: this.queued,
      spooled: this.spooled,
      recovered: this.recovered,
      dropped: { ...this.dropped },
      failedMetricExports: this.failedMetricExports,
      lastError: this.lastError
    }
  }

  private counted(count: number, how = ""): string {
    return `${count} ${how}${count === 1 ? this.kind.one : this.kind.many}`
  }

  private exportFailed(error: unknown): void {
    this.lastError = this.shown(error)
    if (this.atClosing === undefined) {
      this.reporter.every(
        "export",
        `OpenTelemetry export failed: ${this.lastError}. Lost records are counted in \`stats\``
      )
    }
  }
}
