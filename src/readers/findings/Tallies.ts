/**
 * Counts findings by kind and lists the first of each, in the order of their lines. The tallies of several traces can be added up.
 */
import type { RunFindingKind } from "../runFindings.js"

/** The kinds of findings. */
export type FindingKind =
  | "bad-line"
  | "torn-line"
  | "dropped-records"
  | "duplicate-span"
  | "updated-span"
  | "parent-cycle"
  | "orphan-span"
  | "open-span"
  | "metric-without-span"
  | "outside-its-parent"
  | "zero-duration"
  | RunFindingKind

/** Error: records were lost or damaged. Warning: something is missing. Info: only unusual. */
export type Severity = "error" | "warning" | "info"

/** A finding. */
export interface Finding {
  /** The kind of problem. */
  readonly kind: FindingKind
  /** How serious it is. */
  readonly severity: Severity
  /** Number of lines, spans or records. */
  readonly count: number
  /** What it means. */
  readonly message: string
  /** The line numbers of the first ten. */
  readonly lines: ReadonlyArray<number>
  /** Names or problems of the first ten. Untrusted text: escape it. */
  readonly examples: ReadonlyArray<string>
}

/** All findings. */
export interface FindingsReport {
  /** Errors first, then warnings. */
  readonly findings: ReadonlyArray<Finding>
  /** Number of records. */
  readonly records: number
  /** Whether there are no errors and no warnings. */
  readonly ok: boolean
}

/** In the order in which they are reported. */
const kinds: { readonly [K in FindingKind]: readonly [Severity, string] } = {
  "bad-line": ["error", "lines are not records: another program wrote to the file, or it is corrupt"],
  "duplicate-span": [
    "error",
    "spans have the same ids as another span: the input contains all or part of a file twice"
  ],
  "dropped-records": ["error", "records were dropped by their writer, for the reasons below"],
  "parent-cycle": ["error", "spans are their own ancestors: their writer recorded invalid parents"],
  "torn-line": ["warning", "the last line has no newline: its writer was stopped, or is still writing"],
  "updated-span": ["warning", "spans were written again with different tokens or cost: the last one counts"],
  "open-span": ["warning", "spans never ended: the program was stopped, or is still running"],
  "orphan-span": ["warning", "spans have a missing parent: it was lost, or is in the file of another service"],
  "metric-without-span": ["warning", "measurements refer to a missing span"],
  "zero-duration": ["info", "spans have no duration: the clock stood still or is too coarse"],
  "outside-its-parent": [
    "info",
    "spans start before their parent or end after it: they outlived it, or clocks differ"
  ],
  "repeated-tool-call": ["info", "tools were called three or more times in one run with the same arguments"],
  "cost-after-last-step": ["info", "runs spent most of their cost after their last useful step"],
  "cached-share-fell": ["info", "prompts were cached much less than those of the model calls before them"]
}

const maxListed = 10

interface Example {
  readonly line: number
  /** Not a slice of the line, which would keep its whole chunk in memory. */
  readonly text: string
}

const isBefore = (a: Example, b: Example): boolean => a.line < b.line || a.line === b.line && a.text < b.text

interface Tally {
  count: number
  readonly first: Array<Example>
}

export class Tallies {
  private readonly tallies = new Map<FindingKind, Tally>()

  note(kind: FindingKind, line: number, text: string, count = 1): void {
    const tally = this.tallies.get(kind) ?? { count: 0, first: [] }
    this.tallies.set(kind, tally)
    tally.count += count
    this.list(tally, { line, text })
  }

  /** Adds the findings of others. */
  add(others: Tallies): void {
    for (const [kind, { count, first }] of others.tallies) {
      // Only examples are listed: the first one carries the whole count.
      first.forEach(({ line, text }, at) => this.note(kind, line, text, at === 0 ? count : 0))
    }
  }

  /** The report for this number of records. */
  report(records: number): FindingsReport {
    const findings = this.findings()
    return { findings, records, ok: findings.every(({ severity }) => severity === "info") }
  }

  private findings(): ReadonlyArray<Finding> {
    return allKinds.flatMap((kind) => {
      const tally = this.tallies.get(kind)
      const [severity, message] = kinds[kind]
      return tally === undefined ? [] : [{
        kind,
        severity,
        count: tally.count,
        message,
        lines: tally.first.map(({ line }) => line),
        examples: tally.first.map(({ text }) => text)
      }]
    })
  }

  private list({ first }: Tally, example: Example): void {
    const after = first.findIndex((other) => isBefore(example, other))
    first.splice(after === -1 ? first.length : after, 0, example)
    first.length = Math.min(first.length, maxListed)
  }
}

const allKinds = Object.keys(kinds) as ReadonlyArray<FindingKind>
