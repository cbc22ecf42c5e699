/**
 * `find`: the spans that meet all conditions.
 */
import * as Effect from "effect/Effect"
import { nodes, type TraceNode } from "../../readers/TraceTree.js"
import { nodeLine } from "../../readers/TreeView.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { failIfOption, type Quantities, withFailIf } from "../failIf/failIf.js"
import { attributeCondition, type Condition, hasOutcome, namePattern, outcomes } from "../input/conditions.js"
import { forestOf, tracesWithId } from "../input/forest.js"
import { choice, duration, text, type Values } from "../options.js"
import { jsonLine, spanDocument } from "../output/document.js"

const quantities: Quantities<number> = { found: { of: "whole", value: (found) => found } }

const options = {
  ...failIfOption,
  name: { type: namePattern, description: "A name, with * for any text, or a regular expression between slashes" },
  attr: {
    type: attributeCondition,
    repeated: true,
    description: "key, key=value, key!=value, key>1 or key~regex; may be repeated, and all have to hold"
  },
  "longer-than": { type: duration, description: "Such as 250ms or 1.5s; open spans have no duration" },
  outcome: { type: choice(...outcomes), description: "How the span ended" },
  trace: { type: text("ID"), description: "Only the trace whose id begins with this" }
} as const

/** Whether a span meets all conditions. */
const conditionOf = ({ attr, "longer-than": longerThan, name, outcome }: Values<typeof options>): Condition => {
  const conditions = [
    ...attr,
    ...(name === undefined ? [] : [name]),
    ...(outcome === undefined ? [] : [hasOutcome(outcome)]),
    ...(longerThan === undefined
      ? []
      : [({ durationMs }: TraceNode) => durationMs !== undefined && durationMs > longerThan])
  ]
  return (node) => conditions.every((condition) => condition(node))
}

/** The command. */
export const find = command({
  name: "find",
  summary: "The spans that meet all conditions",
  details: "One line per span, which begins with the trace and span id. --json prints one line of JSON per span. " +
    "--fail-if takes found.",
  options,
  examples: [
    "find --name \"loom.tool\" --outcome failure traces.jsonl",
    "find --longer-than 2s --attr model=gpt-5 traces.jsonl",
    "find --attr \"tokens_in>10000\" --fail-if \"found > 0\" traces.jsonl"
  ],
  run: (given) =>
    withFailIf(given, quantities, (output) =>
      Effect.gen(function*() {
        const isWanted = conditionOf(given)
        let found = 0
        for (const { roots } of yield* tracesWithId(yield* forestOf(given.files), given.trace)) {
          for (const { node } of nodes(roots)) {
            if (isWanted(node)) {
              found++
              yield* output.write(given.json ? jsonLine(spanDocument(node)) : spanLine(node, output))
            }
          }
        }
        if (found === 0 && !given.json) {
          yield* output.write("No spans found.\n")
        }
        return found
      }))
})

const spanLine = (node: TraceNode, { color, width }: { readonly color: boolean; readonly width: number }): string => {
  const ids = `${escapeText(node.traceId).slice(0, 8)}/${escapeText(node.spanId)} `
  return `${ids}${nodeLine(node, 0, { color, width: Math.max(20, width - ids.length) })}\n`
}
