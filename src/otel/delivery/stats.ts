/**
 * What became of spans on their way out: counted where they are handed to the SDK and where the exporter answers.
 *
 * Trouble is said at most once a minute while the sink is open, and once more when it closes with something undelivered: what is lost is
 * never only counted.
 */
import * as Effect from "effect/Effect"
import type { Redactor } from "../../records/redact/Redactor.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, type Warn, warnWith } from "../../telemetry/lifecycle/report.js"
import { Redaction } from "../../telemetry/Redaction.js"

/** Why a span did not arrive. */
export type OTelDropReason = "queue_full" | "rejected" | "shutdown" | "after_close"

/** What became of sampled spans. `accepted = written + queued + the sum of dropped`. */
export interface OTelStats {
  /** Sampled spans that ended. */
  readonly accepted: number
  /** Taken by the exporter's receiver. */
  readonly written: number
  /** Waiting for their batch, or in an export that is under way. */
  readonly queued: number
  /** Those that did not arrive, by reason. */
  readonly dropped: { readonly [Reason in OTelDropReason]: number }
  /** Exports of metrics that failed; the next one has the same totals again. */
  readonly failedMetricExports: number
  /** The last error of an export, as text; `null` where there was none. */
  readonly lastError: string | null
}

/** Logs warnings with the loggers of the fiber that asks for it, later and from anywhere. */
export const say: Effect.Effect<Warn> = Effect.map(Effect.getFiberRefs, (refs) => warnWith(refs))

/** The counters of one sink. */
export class ExportCounter {
  private accepted = 0
  private written = 0
  private failedMetricExports = 0
  private lastError: string | null = null
  private readonly dropped: { [Reason in OTelDropReason]: number } = {
    queue_full: 0,
    rejected: 0,
    shutdown: 0,
    after_close: 0
  }
  private readonly reporter: Reporter
  private atClosing: { readonly lost: number; readonly failedMetricExports: number } | undefined = undefined

  /** `rules` are those by which errors of exporters are logged and kept: receivers wrote them. */
  constructor(say: Warn, private readonly rules: Redactor = Redaction.default) {
    this.reporter = new Reporter(say)
  }

  private get lost(): number {
    const { after_close, queue_full, rejected, shutdown } = this.dropped
    return after_close + queue_full + rejected + shutdown
  }

  get queued(): number {
    return this.accepted - this.written - this.lost
  }

  accept(): void {
    this.accepted++
  }

  drop(reason: OTelDropReason, count: number): void {
    this.dropped[reason] += count
    if (reason === "queue_full") {
      this.reporter.every("full", "OpenTelemetry's queue is full: spans are dropped and counted in `stats`")
    } else if (reason === "after_close") {
      this.reporter.every(
        "after_close",
        "Spans ended after OpenTelemetry was closed: they are dropped and counted in `stats`"
      )
    }
  }

  wrote(count: number): void {
    this.written += count
  }

  metricsFailed(error: unknown): void {
    this.failedMetricExports++
    this.exportFailed(error)
  }

  /** Spans were refused, or could not be delivered. */
  spansFailed(count: number, error: unknown): void {
    this.drop("rejected", count)
    this.exportFailed(error)
  }

  /** Spans wait no longer; `why` is what kept them from arriving. */
  givenUp(why: string | undefined): void {
    this.lastError = why === undefined ? this.lastError : this.shown(why)
  }

  /** What an exporter says went wrong, as it may be logged and kept. */
  shown(error: unknown): string {
    return shownError(error instanceof Error ? error.message : error ?? "unknown", this.rules)
  }

  /** From now on failures are said together, by `closed`. */
  closing(): void {
    this.atClosing = { lost: this.lost, failedMetricExports: this.failedMetricExports }
  }

  /** What is still queued will not arrive any more. Gives what has to be said of that, if anything. */
  closed(): string | undefined {
    this.drop("shutdown", this.queued)
    const before = this.atClosing ?? { lost: 0, failedMetricExports: 0 }
    const lost = this.lost - before.lost
    const why = this.lastError === null ? "" : `; the last error: ${this.lastError}`
    return lost > 0
      ? `OpenTelemetry was closed with ${lost} ${lost === 1 ? "span" : "spans"} that could not be delivered${why}`
      : this.failedMetricExports > before.failedMetricExports
      ? `OpenTelemetry was closed with metrics that could not be delivered${why}`
      : undefined
  }

  read(): OTelStats {
    return {
      accepted: this.accepted,
      written: this.written,
      queued: this.queued,
      dropped: { ...this.dropped },
      failedMetricExports: this.failedMetricExports,
      lastError: this.lastError
    }
  }

  private exportFailed(error: unknown): void {
    this.lastError = this.shown(error)
    if (this.atClosing === undefined) {
      this.reporter.every(
        "export",
        `Exporting telemetry failed: ${this.lastError}. What is lost is counted in \`stats\``
      )
    }
  }
}
