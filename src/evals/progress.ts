/**
 * The progress of an experiment.
 */
import * as Effect from "effect/Effect"
import type { CaseResult } from "./CaseResult.js"

/** The state of an experiment after a case. */
export interface Progress {
  /** The experiment's name. */
  readonly name: string
  /** Finished cases, including failed ones; each repetition counts. */
  readonly done: number
  /** All cases; each repetition counts. */
  readonly total: number
  /** Cases that failed. */
  readonly failed: number
  /** US dollars so far; `null` if no price is known. */
  readonly costUsd: number | null
}

/** Counts results and reports the progress after each. */
export const progressOf = (
  name: string,
  total: number,
  report: (progress: Progress) => Effect.Effect<void>
): (result: CaseResult) => Effect.Effect<void> => {
  let done = 0
  let failed = 0
  let costUsd: number | null = null
  return (result) =>
    Effect.suspend(() => {
      done++
      failed += result.outcome === "failure" ? 1 : 0
      costUsd = result.costUsd === null ? costUsd : (costUsd ?? 0) + result.costUsd
      return report({ name, done, total, failed, costUsd })
    })
}

interface Terminal {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

// Looked up when it is needed: browsers have no `process`.
const standardError = (): Terminal | undefined =>
  (globalThis as { readonly process?: { readonly stderr?: Terminal } }).process?.stderr

/** Writes and updates one line on standard error, if that is a terminal. */
export const terminalProgress = (): (progress: Progress) => Effect.Effect<void> => (progress) =>
  Effect.sync(() => {
    const stderr = standardError()
    if (stderr?.isTTY === true) {
      stderr.write(`\r\u001b[2K${lineOf(progress)}${progress.done === progress.total ? "\n" : ""}`)
    }
  })

const lineOf = ({ costUsd, done, failed, name, total }: Progress): string =>
  [
    `${JSON.stringify(name).slice(1, -1)}: ${done} of ${total} cases`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(costUsd === null ? [] : [`$${costUsd.toFixed(4)}`])
  ].join(", ")
