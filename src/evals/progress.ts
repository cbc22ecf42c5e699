/**
 * How far an experiment is.
 */
import * as Effect from "effect/Effect"
import type { CaseResult } from "./CaseResult.js"

/** What is told after each case. */
export interface Progress {
  /** The experiment's name. */
  readonly name: string
  /** Cases that are done, repetitions counted, failed ones included. */
  readonly done: number
  /** Cases that there are, repetitions counted. */
  readonly total: number
  /** Cases that failed. */
  readonly failed: number
  /** US dollars so far; `null` if no price is known. */
  readonly costUsd: number | null
}

/** Counts results and tells of them. */
export const progressOf = (
  name: string,
  total: number,
  tell: (progress: Progress) => Effect.Effect<void>
): (result: CaseResult) => Effect.Effect<void> => {
  let done = 0
  let failed = 0
  let costUsd: number | null = null
  return (result) =>
    Effect.suspend(() => {
      done++
      failed += result.outcome === "failure" ? 1 : 0
      costUsd = result.costUsd === null ? costUsd : (costUsd ?? 0) + result.costUsd
      return tell({ name, done, total, failed, costUsd })
    })
}

interface Terminal {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

// Looked up when it is needed: browsers have no `process`.
const standardError = (): Terminal | undefined =>
  (globalThis as { readonly process?: { readonly stderr?: Terminal } }).process?.stderr

/** One line on standard error that is written over, if that is a terminal. */
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
