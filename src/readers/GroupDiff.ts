/**
 * Compares the traces of two files group by group: the cases of an experiment, or the versions of an agent.
 */
import { type Total, totalOf } from "./TraceDiff.js"
import { nodes } from "./TraceTree.js"
import { hasFailed, type Trace, type TraceForest } from "./tree/TraceNode.js"

/** What traces are grouped by: `case_id` on a root, or `agent_version` on the outermost span that has one. */
export type GroupKey = "case" | "version"

/** All of them. */
export const groupKeys: ReadonlyArray<GroupKey> = ["case", "version"]

/** The traces of one group. */
export interface Group extends Total {
  /** Traces of which a root failed. */
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

const groupsOf = (forest: TraceForest, by: GroupKey): ReadonlyMap<string | null, Group> => {
  const traces = new Map<string | null, Array<Trace>>()
  for (const trace of forest.traces) {
    const label = labelOf[by](trace)
    const group = traces.get(label)
    if (group === undefined) {
      traces.set(label, [trace])
    } else {
      group.push(trace)
    }
  }
  return new Map(
    Array.from(traces, ([label, traces]) => [label, {
      ...totalOf({ ...forest, traces, metrics: [] }),
      failed: traces.filter(({ roots }) => roots.some(hasFailed)).length
    }])
  )
}

/** The groups of both files: those of the first in its order, then those only in the second; traces without a group last, unless all are without one. */
export const compareGroups = (a: TraceForest, b: TraceForest, by: GroupKey): ReadonlyArray<GroupChange> => {
  const [left, right] = [groupsOf(a, by), groupsOf(b, by)]
  const labels = new Set([...left.keys(), ...right.keys()])
  return [...[...labels].filter((label) => label !== null), ...(labels.has(null) ? [null] : [])].map((label) => ({
    label,
    a: left.get(label),
    b: right.get(label)
  }))
}
