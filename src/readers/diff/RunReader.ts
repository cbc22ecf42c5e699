/**
 * Reads a run trace by trace, in the order of starts, and adds up its totals. Any trace can be read again later.
 */
import { ScoreTable } from "../summary/ScoreTable.js"
import { nodes, type Trace, type TraceNode } from "../TraceTree.js"
import type { Amounts } from "../usage/Amounts.js"
import { type NodeUsage, UsageByTrace, usageOf } from "../usage/treeUsage.js"
import type { Root, Total } from "./spanChanges.js"

/** The traces of a run, in the order in which they started. */
export interface Run {
  readonly size: number
  /** The trace at a place, from 0. (Several only if they cannot be told apart before they are read.) */
  readonly at: (place: number) => ReadonlyArray<Trace>
  /** Tokens and dollars that were measured outside any trace. */
  readonly outside: Amounts
  /** Flags of the quantities for which only `outside` counts. */
  readonly masked: number
}

/** Adds up the totals of traces. */
export class RunTotal {
  private traces = 0
  private spans = 0
  private durationMs = 0
  private readonly scores = new ScoreTable(Infinity)

  constructor(private readonly used: UsageByTrace) {}

  /** Adds a trace; returns its usage. */
  add(trace: Trace): NodeUsage {
    const { roots, scores, spans } = trace
    this.traces++
    this.spans += spans
    roots.forEach((root) => this.durationMs += root.durationMs ?? 0)
    scores.forEach((score) => this.scores.add(score))
    for (const { node } of nodes(roots)) {
      node.scores.forEach((score) => this.scores.add(score))
    }
    return this.used.add(trace)
  }

  total(): Total {
    const { durationMs, spans, traces } = this
    const scores = this.scores.finished().toSorted((a, b) => a.name < b.name ? -1 : 1)
    return { traces, spans, durationMs, usage: this.used.total(), scores }
  }
}

export class RunReader {
  private readonly sum: RunTotal
  private place = 0
  private last: { readonly place: number; readonly roots: ReadonlyArray<Root> } | undefined = undefined

  constructor(private readonly run: Run) {
    this.sum = new RunTotal(new UsageByTrace(run.outside, run.masked))
  }

  /** The place of the trace that is read next. */
  get next(): number {
    return this.place
  }

  /** The roots of the next trace; `undefined` after the last one. */
  read(): ReadonlyArray<Root> | undefined {
    if (this.place >= this.run.size) {
      return undefined
    }
    const place = this.place++
    this.last = { place, roots: this.run.at(place).flatMap((trace) => rootsOf(trace, this.sum.add(trace))) }
    return this.last.roots
  }

  /** The roots of a trace that was read before. */
  again(place: number): ReadonlyArray<Root> {
    if (this.last?.place !== place) {
      const roots = this.run.at(place).flatMap((trace) => rootsOf(trace, usageOf(trace, this.run.masked)))
      this.last = { place, roots }
    }
    return this.last.roots
  }

  /** The totals of the whole run. Reads the rest of it first. */
  total(): Total {
    while (this.read() !== undefined) {
      // `read` adds to the sum.
    }
    return this.sum.total()
  }
}

const rootsOf = ({ roots }: Trace, { below: usage }: NodeUsage): ReadonlyArray<Root> => {
  const sizes = new Map<TraceNode, number>()
  for (const { node } of [...nodes(roots)].reverse()) {
    sizes.set(node, node.children.reduce((sum, child) => sum + sizes.get(child)!, 1))
  }
  return roots.map((node) => ({ node, reading: { usage, spans: (of) => sizes.get(of) ?? 1 } }))
}
