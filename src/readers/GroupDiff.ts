/**
 * Compares the traces of two files group by group: the cases of an experiment, or the versions of an agent.
 */
import { RunTotal } from "./diff/RunReader.js"
import type { Total } from "./TraceDiff.js"
import { nodes } from "./TraceTree.js"
import { hasFailed, type Trace } from "./tree/TraceNode.js"
import { Amounts } from "./usage/Amounts.js"
import { UsageByTrace } from "./usage/treeUsage.js"

/** What traces are grouped by: `case_id` on a root, or `agent_version` on the outermost span that has one. */
export type GroupKey = "case" | "version"

/** All group keys. */
export const groupKeys: ReadonlyArray<GroupKey> = ["case", "version"]

/** The traces of one group. */
export interface Group extends Total {
  /** Traces with a failed root. */
  readonly failed: number
}

/** A group on one side or both. */
export interface GroupChange {
  /** Untrusted text: escape it. `null` for traces that are in no group. */
  readonly label: string | null
  /** `undefined` if the first file has no such group. */
  readonly a: Group | undefined
  /** `undefined` if the second file has no such group. */
  readonly b: Group | undefined
}

const text = (value: unknown): string | null => typeof value === "string" && value !== "" ? value : null

const labelOf: { readonly [By in GroupKey]: (trace: Trace) => string | null } = {
  case: ({ roots }) =>
    text(roots.find(({ attributes }) => text(attributes["case_id"]) !== null)?.attributes["case_id"]),
  version: ({ roots }) => {
    let found: { readonly depth: number; readonly label: string } | undefined
    for (const { depth, node } of nodes(roots)) {
      const label = text(node.attributes["agent_version"])
      if (label !== null && (found === undefined || depth < found.depth)) {
        found = { depth, label }
      }
    }
    return found?.label ?? null
  }
}

/** Collects the traces of a file. */
export class Groups {
  private readonly groups = new Map<string | null, { readonly sum: RunTotal; failed: number }>()

  constructor(private readonly by: GroupKey) {}

  add(trace: Trace): void {
    const label = labelOf[this.by](trace)
    const group = this.groups.get(label) ?? { sum: new RunTotal(new UsageByTrace(new Amounts(), 0)), failed: 0 }
    this.groups.set(label, group)
    group.sum.add(trace)
    group.failed += trace.roots.some(hasFailed) ? 1 : 0
  }

  finished(): ReadonlyMap<string | null, Group> {
    return new Map(Array.from(this.groups, ([label, { failed, sum }]) => [label, { ...sum.total(), failed }]))
  }
}

/** The groups of both files: those of the first in its order, then those only in the second, then the traces without a group. */
export const compareGroups = (a: Groups, b: Groups): ReadonlyArray<GroupChange> => {
  const [left, right] = [a.finished(), b.finished()]
  const labels = new Set([...left.keys(), ...right.keys()])
  return [...[...labels].filter((label) => label !== null), ...(labels.has(null) ? [null] : [])].map((label) => ({
    label,
    a: left.get(label),
    b: right.get(label)
  }))
}
