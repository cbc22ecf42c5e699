/**
 * What is said about a file that makes trouble: each kind at most once a minute, and once when it is over.
 */
import { defaultLimits } from "../../records/attributes.js"
import { Reporter } from "../../telemetry/lifecycle/report.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import type { DropReason } from "./ledger.js"
import type { Opened } from "./openFile.js"

/** An error as one line of text. The services' errors say what the system said only in their cause. */
export const said = (error: unknown): string => {
  const text = describe(error, defaultLimits)
  return error instanceof Error && error.cause !== undefined
    ? `${text} (${describe(error.cause, defaultLimits)})`
    : text
}

/** Losses that are reported when they happen. */
type Loss = Extract<DropReason, "serialization" | "too_large" | "queue_full" | "after_close">

/** Trouble with one file. */
export class Trouble {
  /** The disk refused the last write. */
  isThere = false

  private readonly reporter = new Reporter()
  private lostBefore = 0
  private lost: number | undefined = undefined

  constructor(private readonly name: string) {}

  /** The disk refused a write; so many records were lost before. */
  came(error: unknown, lostBefore: number): void {
    if (!this.isThere) {
      this.isThere = true
      this.lostBefore = lostBefore
    }
    this.reporter.every(
      "io",
      `Writing telemetry to ${this.name} failed: ${
        said(error)
      }. It is tried again; what does not fit into memory meanwhile is ` +
        "dropped and counted in `stats`"
    )
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
    this.reporter.every(reason, losses[reason](this.name, error))
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
}

const readableByOthers = 0o044

const losses: { readonly [Reason in Loss]: (name: string, error: unknown) => string } = {
  queue_full: (name) => `The telemetry file ${name} cannot keep up: records are dropped and counted`,
  too_large: (name) =>
    `A record is larger than all that may wait for the telemetry file ${name}: it is dropped and counted`,
  after_close: (name) =>
    `Records came after the telemetry file ${name} was closed: they are dropped and counted. What records has to end before the layer does`,
  serialization: (name, error) => `A record for the telemetry file ${name} could not be encoded: ${said(error)}`
}
