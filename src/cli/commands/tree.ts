/**
 * `tree`: each trace of a file as a tree.
 */
import * as Effect from "effect/Effect"
import { nodes, type Trace, type TraceForest } from "../../readers/TraceTree.js"
import * as TreeView from "../../readers/TreeView.js"
import { type NodeUsage, usageOfForest } from "../../readers/usage/treeUsage.js"
import { spanNames } from "../../records/vocabulary.js"
import { command } from "../command.js"
import { forestOf, tracesWithId } from "../input/forest.js"
import { text, wholeNumber } from "../options.js"
import { jsonLine, spanDocument } from "../output/document.js"
import { Output, type OutputService } from "../output/Output.js"

interface Look {
  readonly depth: number | undefined
  readonly metrics: boolean
}

const print = (
  traces: ReadonlyArray<Trace>,
  usage: NodeUsage,
  look: Look,
  output: OutputService
): Effect.Effect<void> =>
  Effect.forEach(traces, (each) => {
    const lines = TreeView.lines(each.roots, {
      color: output.color,
      width: output.width,
      metrics: look.metrics,
      ...(look.depth !== undefined && { maxDepth: Math.max(1, look.depth) }),
      usage: (node) => spending.has(node.name) ? usage.below(node) : undefined
    })
    return Effect.forEach(lines, (line) => output.write(`${line}\n`), { discard: true })
  }, { discard: true })

const document = (each: Trace) => ({
  trace_id: each.traceId,
  spans: Array.from(nodes(each.roots), ({ depth: level, node }) => ({ depth: level, ...spanDocument(node) }))
})

const lastOf = (traces: TraceForest["traces"], most: number | undefined): TraceForest["traces"] =>
  most === undefined ? traces : traces.slice(Math.max(0, traces.length - most))

/** The spans that show what they used. */
const spending: ReadonlySet<string> = new Set([spanNames.run, spanNames.model])

/** The command. */
export const tree = command({
  name: "tree",
  summary: "Each trace as a tree",
  details:
    "Children are in the order in which they started. ▸ marks a span that never ended, [orphan] one whose parent " +
    "is not in the file. --json prints one line per trace, its spans depth first.",
  options: {
    trace: { type: text("ID"), description: "Only the trace whose id begins with this" },
    last: { type: wholeNumber, description: "Only the last N traces" },
    depth: { type: wholeNumber, description: "No more than N levels" },
    metrics: { description: "Print measurements below their span" }
  },
  examples: ["tree traces.jsonl", "tree --last 1 traces.jsonl", "tree --trace 4bf92f --metrics traces.jsonl"],
  run: (given) =>
    Effect.gen(function*() {
      const output = yield* Output
      const forest = yield* forestOf(given.files)
      const traces = lastOf(yield* tracesWithId(forest, given.trace), given.last)
      yield* given.json
        ? Effect.forEach(traces, (each) => output.write(jsonLine(document(each))), { discard: true })
        : print(traces, usageOfForest(forest), given, output)
    })
})
