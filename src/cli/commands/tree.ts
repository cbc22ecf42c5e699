/**
 * `tree`: each trace of a file as a tree.
 */
import * as Effect from "effect/Effect"
import { nodes, type Trace } from "../../readers/TraceTree.js"
import * as TreeView from "../../readers/TreeView.js"
import { usageOfForest } from "../../readers/usage/treeUsage.js"
import { spanNames } from "../../records/vocabulary.js"
import { command } from "../command.js"
import { forestOf, tracesWithId } from "../input/forest.js"
import { text, wholeNumber } from "../options.js"
import { jsonLine, spanDocument } from "../output/document.js"
import { Output } from "../output/Output.js"

const document = (each: Trace) => ({
  trace_id: each.traceId,
  spans: Array.from(nodes(each.roots), ({ depth: level, node }) => ({ depth: level, ...spanDocument(node) }))
})

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
      const named = yield* tracesWithId(forest, given.trace)
      const traces = given.last === undefined ? named : named.slice(Math.max(0, named.length - given.last))
      if (given.json) {
        return yield* Effect.forEach(traces, (each) => output.write(jsonLine(document(each))), { discard: true })
      }
      const usage = usageOfForest(forest)
      const lines = TreeView.lines(traces.flatMap(({ roots }) => roots), {
        color: output.color,
        width: output.width,
        metrics: given.metrics,
        ...(given.depth !== undefined && { maxDepth: Math.max(1, given.depth) }),
        usage: (node) => spending.has(node.name) ? usage.below(node) : undefined
      })
      for (const line of lines) {
        yield* output.write(`${line}\n`)
      }
    })
})
