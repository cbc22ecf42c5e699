/**
 * `tree`: the traces of a file as they ran.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { nodes, type Trace, type TraceForest } from "../../readers/TraceTree.js"
import * as TreeView from "../../readers/TreeView.js"
import { type NodeUsage, usageOfForest } from "../../readers/usage.js"
import { amount, common, described, files, working } from "../command.js"
import { forestOf, traceNamed } from "../input/forest.js"
import { jsonLine, spanDocument } from "../output/document.js"
import { Output, type OutputService } from "../output/Output.js"

const trace = Options.optional(Options.withPseudoName(Options.text("trace"), "ID")).pipe(
  Options.withDescription("Only the trace whose id begins like this")
)

const depth = Options.optional(amount("depth")).pipe(
  Options.withDescription("Levels at most")
)

const last = Options.optional(amount("last")).pipe(
  Options.withDescription("Only the last so many traces")
)

const metrics = Options.boolean("metrics").pipe(Options.withDescription("Print measurements below their span"))

interface Look {
  readonly depth: Option.Option<number>
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
      ...(Option.isSome(look.depth) && { maxDepth: Math.max(1, look.depth.value) }),
      usage: (node) => spending.has(node.name) ? usage.below(node) : undefined
    })
    return Effect.forEach(lines, (line) => output.write(`${line}\n`), { discard: true })
  }, { discard: true })

const document = (each: Trace) => ({
  trace_id: each.traceId,
  spans: Array.from(nodes(each.roots), ({ depth: level, node }) => ({ depth: level, ...spanDocument(node) }))
})

const lastOf = (traces: TraceForest["traces"], most: Option.Option<number>): TraceForest["traces"] =>
  Option.isSome(most) ? traces.slice(Math.max(0, traces.length - Math.max(0, most.value))) : traces

/** The spans that say what they used. */
const spending: ReadonlySet<string> = new Set(["loom.run", "loom.model.stream"])

/** The command. */
export const tree = Command.make(
  "tree",
  { files, ...common, trace, last, depth, metrics },
  (given) =>
    working(
      given,
      Effect.gen(function*() {
        const output = yield* Output
        const forest = yield* forestOf(given.files)
        const traces = lastOf(yield* traceNamed(forest, Option.getOrUndefined(given.trace)), given.last)
        yield* given.json
          ? Effect.forEach(traces, (each) => output.write(jsonLine(document(each))), { discard: true })
          : print(traces, usageOfForest(forest), given, output)
      })
    )
).pipe(Command.withDescription(described(
  "Each trace as a tree",
  "Children stand in the order in which they began. ▸ is a span that never ended, [orphan] one whose parent is " +
    "not in the file. With --json a line for each trace, its spans depth first.",
  ["tree traces.jsonl", "tree --last 1 traces.jsonl", "tree --trace 4bf92f --metrics traces.jsonl"]
)))
