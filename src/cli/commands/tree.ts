/**
 * `tree`: shows each trace of a file as a tree.
 */
import * as Effect from "effect/Effect"
import { nodes, scoresOn, type Trace, type TraceNode } from "../../readers/TraceTree.js"
import * as TreeView from "../../readers/TreeView.js"
import { usageOfTraces } from "../../readers/usage/treeUsage.js"
import { command } from "../command.js"
import { orderedTracesOf } from "../input/ordered.js"
import { lastTracesOf } from "../input/selected.js"
import { text, wholeNumber } from "../options.js"
import { jsonLine, spanDocument } from "../output/document.js"
import { Output } from "../output/Output.js"

const document = (each: Trace) => ({
  trace_id: each.traceId,
  spans: Array.from(nodes(each.roots), ({ depth: level, node }) => ({
    depth: level,
    ...spanDocument(node, scoresOn(each, node))
  }))
})

/** Whether the usage of a span is shown. */
const isSpender = ({ meaning: { role } }: TraceNode): boolean => role === "run" || role === "model"

/** Writes one trace; `usage` is that of its file. */
const textOf = (each: Trace, masked: number, options: TreeView.TreeViewOptions): string => {
  const usage = usageOfTraces([each], masked)
  let out = ""
  for (
    const line of TreeView.lines(each.roots, {
      ...options,
      scores: (node) => scoresOn(each, node),
      usage: (node) => isSpender(node) ? usage.below(node) : undefined
    })
  ) {
    out += `${line}\n`
  }
  return out
}

export const tree = command({
  name: "tree",
  summary: "Show each trace as a tree",
  details:
    "Children are in the order in which they started. ▸ marks a span that never ended, [orphan] one whose parent " +
    "is not in the file. Lines with ★ are scores of the span above. --json prints one line per trace, with its spans " +
    "depth first.",
  options: {
    trace: { type: text("ID"), description: "Show only traces whose id starts with ID" },
    last: { type: wholeNumber, description: "Show only the last N traces" },
    depth: { type: wholeNumber, description: "Show at most N levels" },
    metrics: { description: "Also show the measurements of each span" }
  },
  examples: ["tree traces.jsonl", "tree --last 1 traces.jsonl", "tree --trace 4bf92f --metrics traces.jsonl"],
  run: (given) =>
    Effect.scoped(Effect.gen(function*() {
      const output = yield* Output
      const { masked, traces } = given.last === undefined
        ? yield* orderedTracesOf(given.files, given.trace)
        : yield* lastTracesOf(given.files, { last: given.last, trace: given.trace })
      const options = {
        color: output.color,
        width: output.width,
        metrics: given.metrics,
        ...(given.depth !== undefined && { maxDepth: Math.max(1, given.depth) })
      }
      for (const each of traces) {
        yield* output.write(given.json ? jsonLine(document(each)) : textOf(each, masked, options))
      }
    }))
})
