/**
 * Logs problems with one file: each kind at most once per minute, and once when writing works again.
 */
import type { Redactor } from "../../records/redact/Redactor.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, warnBy } from "../../telemetry/report.js"
import type { DropReason } from "./ledger.js"
import type { Opened } from "./openFile.js"

/** Losses that are logged when they happen. */
type Loss = Extract<DropReason, "serialization" | "too_large" | "queue_full" | "after_close">

/** Whether the disk works, and the warnings about it. */
export class DiskHealth {
  /** Whether the last write failed. */
  isFailing = false

  private readonly reporter: Reporter
  private lostBefore = 0
  private lost: number | undefined = undefined

  constructor(private readonly name: string, private readonly rules: Redactor) {
    this.reporter = new Reporter(warnBy(rules))
  }

  /** Called when a write failed; `lostBefore` records had been lost until then. Returns the error as text. */
  failed(error: unknown, lostBefore: number): string {
    const text = this.shown(error)
    if (!this.isFailing) {
      this.isFailing = true
      this.lostBefore = lostBefore
    }
    this.reporter.every(
      "io",
      `Writing telemetry to ${this.name} failed: ${text}. Retrying; records that do not fit into memory are dropped and counted in \`stats\``
    )
    return text
  }

  /** Called when a write succeeded; `lost` records have been lost in all. */
  succeeded(lost: number): void {
    if (this.isFailing) {
      this.isFailing = false
      this.lost = lost - this.lostBefore
    }
  }

  /** Logs once that writing works again. Not part of `succeeded`, which may run without a fiber's loggers. */
  reportRecovery(): void {
    if (this.lost !== undefined) {
      this.reporter.every("recovered", `Writing telemetry to ${this.name} works again. Records lost: ${this.lost}`)
      this.lost = undefined
    }
  }

  /** Logs that a record was lost. */
  reportLoss(reason: Loss, error?: unknown): void {
    this.reporter.every(reason, losses[reason](this.name, () => this.shown(error)))
  }

  /** Warns if other users can read the opened file. */
  checkMode({ existed, facts }: Opened): void {
    if (existed && facts !== undefined && (facts.mode & readableByOthers) !== 0) {
      this.reporter.once(
        "readable",
        `The telemetry file ${this.name} can be read by other users. Run \`chmod 600\` to keep its contents private`
      )
    }
  }

  /** An error as one line of text, with its cause: for errors of the `FileSystem` service, only the cause has the system's message. */
  private shown(error: unknown): string {
    const text = shownError(error, this.rules)
    return error instanceof Error && error.cause !== undefined
      ? `${text} (${shownError(error.cause, this.rules)})`
      : text
  }
}

const readableByOthers = 0o044

const losses: { readonly [Reason in Loss]: (name: string, error: () => string) => string } = {
  queue_full: (name) => `The disk is too slow for the telemetry file ${name}: records are dropped and counted`,
  too_large: (name) =>
    `A record is larger than \`maxQueuedBytes\` of the telemetry file ${name}: it is dropped and counted`,
  after_close: (name) =>
    `Records arrived after the telemetry file ${name} was closed: they are dropped and counted. Everything that records must end before ` +
    "its layer closes",
  serialization: (name, error) => `A record for the telemetry file ${name} could not be encoded: ${error()}`
}
