/**
 * `find`: finds the spans that match all conditions.
 */
import * as Effect from "effect/Effect"
import type { ScoreCondition } from "../../readers/scoreCondition.js"
import { nodes, scoresOn, type Trace, type TraceNode } from "../../readers/TraceTree.js"
import { nodeLine } from "../../readers/TreeView.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { failIfOption, type Quantities, withFailIf } from "../failIf/failIf.js"
import { lackingScore } from "../failIf/summaryQuantities.js"
import { orderedTracesOf } from "../input/ordered.js"
import { spanCondition, spanOptions } from "../input/spanSelection.js"
import { jsonLine, spanDocument } from "../output/document.js"

interface Found {
  readonly spans: number
  /** Says that no trace has a score that a condition compares; `undefined` if all exist. */
  readonly lacking: string | undefined
}

const quantities: Quantities<Found> = {
  found: { of: "whole", value: ({ lacking, spans }) => lacking === undefined ? spans : { lacking } }
}

/** Finds scores that conditions compare but no trace has. */
class Lacking {
  private readonly names = new Set<string>()

  constructor(private readonly conditions: ReadonlyArray<ScoreCondition>) {}

  see({ roots, scores }: Trace): void {
    scores.forEach(({ name }) => this.names.add(name))
    for (const { node } of nodes(roots)) {
      node.scores.forEach(({ name }) => this.names.add(name))
    }
  }

  /** The first missing score, in words; `undefined` if none is missing. */
  get first(): string | undefined {
    const condition = this.conditions.find(({ compares, name }) => compares && !this.names.has(name))
    return condition && lackingScore(condition.name, Array.from(this.names, (name) => ({ name, other: false })))
  }
}

const options = {
  ...failIfOption,
  ...spanOptions
} as const

export const find = command({
  name: "find",
  summary: "Find the spans that match all conditions",
  details: "Prints one line per span, starting with its trace and span id. --json prints one line of JSON per span. " +
    "--fail-if takes found, the number of spans, and fails if a compared score does not exist.",
  options,
  examples: [
    "find --name \"loom.tool\" --outcome failure traces.jsonl",
    "find --longer-than 2s --attr model=gpt-5 traces.jsonl",
    "find --score \"correctness<0.5\" traces.jsonl",
    "find --attr \"tokens_in>10000\" --fail-if \"found > 0\" traces.jsonl"
  ],
  run: (given) =>
    withFailIf(given, quantities, (output) =>
      Effect.scoped(Effect.gen(function*() {
        const isWanted = spanCondition(given)
        const lacking = new Lacking(given.score)
        let found = 0
        for (const trace of (yield* orderedTracesOf(given.files, given.trace)).traces) {
          lacking.see(trace)
          for (const { node } of nodes(trace.roots)) {
            const scores = scoresOn(trace, node)
            if (isWanted(node, scores)) {
              found++
              yield* output.write(given.json ? jsonLine(spanDocument(node, scores)) : spanLine(node, output))
            }
          }
        }
        if (found === 0 && !given.json) {
          yield* output.write("No spans found.\n")
        }
        return { spans: found, lacking: lacking.first }
      })))
})

const spanLine = (node: TraceNode, { color, width }: { readonly color: boolean; readonly width: number }): string => {
  const ids = `${escapeText(node.traceId).slice(0, 8)}/${escapeText(node.spanId)} `
  return `${ids}${nodeLine(node, 0, { color, width: Math.max(20, width - ids.length), seconds: true })}\n`
}
