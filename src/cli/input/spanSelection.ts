/**
 * The options that select spans, and the condition that they form.
 */
import type { TraceNode } from "../../readers/TraceTree.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { choice, duration, type Options, text, type Values } from "../options.js"
import { attributeCondition, hasOutcome, namePattern, outcomes } from "./conditions.js"
import { scoreCondition } from "./scoreCondition.js"

export const spanOptions = {
  name: {
    type: namePattern,
    description: "A span name, where * matches any text, or a regular expression between slashes"
  },
  attr: {
    type: attributeCondition,
    repeated: true,
    description: "An attribute: key, key=value, key!=value, key>1 or key~regex; if repeated, all must hold"
  },
  "longer-than": { type: duration, description: "A duration such as 250ms or 1.5s; open spans never match" },
  outcome: { type: choice(...outcomes), description: "How the span ended" },
  score: {
    type: scoreCondition,
    repeated: true,
    description: "A score: NAME, NAME<0.5, NAME>0.5, NAME=0.2..0.4 or NAME=label; scores of a trace count for its root"
  },
  trace: { type: text("ID"), description: "Only traces whose id starts with ID" }
} as const satisfies Options

/** Whether a span with these scores meets all conditions. The command itself handles `trace`. */
export const spanCondition = (
  { attr, "longer-than": longerThan, name, outcome, score }: Values<typeof spanOptions>
): (node: TraceNode, scores: ReadonlyArray<ScoreData>) => boolean => {
  const conditions = [
    ...attr,
    ...(name === undefined ? [] : [name]),
    ...(outcome === undefined ? [] : [hasOutcome(outcome)]),
    ...(longerThan === undefined
      ? []
      : [({ durationMs }: TraceNode) => durationMs !== undefined && durationMs > longerThan])
  ]
  return (node, scores) =>
    conditions.every((condition) => condition(node)) && score.every(({ meets }) => scores.some(meets))
}
