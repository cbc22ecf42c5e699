/**
 * What is said about a file that makes trouble: each kind at most once a minute, and once when it is over.
 */
import type { Redactor } from "../../records/redact/Redactor.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter, warnBy } from "../../telemetry/lifecycle/report.js"
import type { DropReason } from "./ledger.js"
import type { Opened } from "./openFile.js"

/** Losses that are reported when they happen. */
type Loss = Extract<DropReason, "serialization" | "too_large" | "queue_full" | "after_close">

/** Trouble with one file. */
export class Trouble {
  /** The disk refused the last write. */
  isThere = false

  private readonly reporter: Reporter
  private lostBefore = 0
  private lost: number | undefined = undefined

  constructor(private readonly name: string, private readonly rules: Redactor) {
    this.reporter = new Reporter(warnBy(rules))
  }

  /** The disk refused a write; so many records were lost before. Gives what it said. */
  came(error: unknown, lostBefore: number): string {
    const said = this.shown(error)
    if (!this.isThere) {
      this.isThere = true
      this.lostBefore = lostBefore
    }
    this.reporter.every(
      "io",
      `Writing telemetry to ${this.name} failed: ${said}. It is tried again; what does not fit into memory meanwhile is ` +
        "dropped and counted in `stats`"
    )
    return said
  }

  /** The disk took a write; so many records were lost by now. */
  went(lost: number): void {
    if (this.isThere) {
      this.isThere = false
      this.lost = lost - this.lostBefore
    }
  }

  /** Says that it is over, once, if it is. Apart from `went`, which happens where there are no loggers. */
  sayThatItIsOver(): void {
    if (this.lost !== undefined) {
      const lost = this.lost
      this.lost = undefined
      this.reporter.every("over", `Telemetry is written to ${this.name} again. Records lost: ${lost}`)
    }
  }

  /** A record was lost. */
  lose(reason: Loss, error?: unknown): void {
    this.reporter.every(reason, losses[reason](this.name, () => this.shown(error)))
  }

  /** The file was opened. */
  opened({ existed, facts }: Opened): void {
    if (existed && facts !== undefined && (facts.mode & readableByOthers) !== 0) {
      this.reporter.once(
        "readable",
        `The telemetry file ${this.name} can be read by others than its owner. \`chmod 600\` keeps what it holds private`
      )
    }
  }

  /** An error as one line of text. The services' errors say what the system said only in their cause. */
  private shown(error: unknown): string {
    const text = shownError(error, this.rules)
    return error instanceof Error && error.cause !== undefined
      ? `${text} (${shownError(error.cause, this.rules)})`
      : text
  }
}

const readableByOthers = 0o044

const losses: { readonly [Reason in Loss]: (name: string, said: () => string) => string } = {
  queue_full: (name) => `The telemetry file ${name} cannot keep up: records are dropped and counted`,
  too_large: (name) =>
    `A record is larger than all that may wait for the telemetry file ${name}: it is dropped and counted`,
  after_close: (name) =>
    `Records came after the telemetry file ${name} was closed: they are dropped and counted. What records has to end before the layer does`,
  serialization: (name, said) => `A record for the telemetry file ${name} could not be encoded: ${said()}`
}
