/**
 * `errors`: what failed, with equal failures grouped.
 */
import * as Effect from "effect/Effect"
import { hasFailed, label, nodes, type TraceForest, type TraceNode } from "../../readers/TraceTree.js"
import { isoFromNanos } from "../../records/instants.js"
import { escapeText } from "../../records/terminal/escape.js"
import { spanNames } from "../../records/vocabulary.js"
import { command } from "../command.js"
import { failIfOption, type Quantities, withFailIf } from "../failIf/failIf.js"
import { forestOf } from "../input/forest.js"
import { jsonLine } from "../output/document.js"
import { count } from "../output/numbers.js"

interface Failures {
  readonly label: string
  readonly message: string
  readonly spans: Array<TraceNode>
}

const messageOf = (node: TraceNode): string => {
  const { error } = node.attributes
  return node.exception ?? (typeof error === "string" ? error : "no message")
}

/** Whether a failure started here: a span that failed only because its child did adds nothing. */
const isOrigin = (node: TraceNode): boolean =>
  hasFailed(node) && !hasFailedModel(node) &&
  !node.children.some((child) => hasFailed(child) && messageOf(child) === messageOf(node))

/**
 * Whether this is an agent's turn that failed because its last model call did. Its own message only wraps the call's. Other spans that
 * turned a child's error into another one are reported too: the record does not tell whether they recovered from the first.
 */
const hasFailedModel = ({ children, exception, name }: TraceNode): boolean => {
  const call = children.filter((child) => child.name === spanNames.model).at(-1)
  return name === spanNames.turn && exception?.startsWith("AgentError:") === true && call !== undefined &&
    hasFailed(call)
}

const failuresOf = (forest: TraceForest): ReadonlyArray<Failures> => {
  const groups = new Map<string, Failures>()
  for (const { roots } of forest.traces) {
    for (const { node } of nodes(roots)) {
      if (isOrigin(node)) {
        const [name, message] = [label(node), messageOf(node)]
        const key = JSON.stringify([name, message])
        const group = groups.get(key) ?? { label: name, message, spans: [] }
        group.spans.push(node)
        groups.set(key, group)
      }
    }
  }
  return [...groups.values()].sort((a, b) => b.spans.length - a.spans.length)
}

const byStart = ({ spans }: Failures): ReadonlyArray<TraceNode> =>
  spans.toSorted((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0)

const text = (group: Failures): string => {
  const spans = byStart(group)
  const last = spans.at(-1)!
  const times = [...new Set([spans[0]!, last])].map(({ start }) => isoFromNanos(start))
  return [
    `${count(spans.length)} × ${escapeText(group.label)}`,
    escapeText(group.message),
    times.join(" to "),
    `trace ${escapeText(last.traceId)}\n`
  ].join("\n    ")
}

const document = (group: Failures) => {
  const spans = byStart(group)
  return {
    count: spans.length,
    label: group.label,
    message: group.message,
    first_at: isoFromNanos(spans[0]!.start),
    last_at: isoFromNanos(spans.at(-1)!.start),
    spans: group.spans.slice(0, 100).map(({ line, spanId, traceId }) => ({ trace_id: traceId, span_id: spanId, line }))
  }
}

const sumOf = (groups: ReadonlyArray<Failures>): number => groups.reduce((sum, { spans }) => sum + spans.length, 0)

const quantities: Quantities<ReadonlyArray<Failures>> = {
  errors: {
    of: "either",
    value: (groups, of) => sumOf(of === undefined ? groups : groups.filter((group) => group.label === of))
  },
  kinds: { of: "whole", value: (groups) => groups.length }
}

/** The command. */
export const errors = command({
  name: "errors",
  summary: "What failed, with equal failures grouped",
  details: "The most frequent come first. A failure that passed through the spans above it is listed once, where it " +
    "started. --json prints one line per group. --fail-if takes errors, also as errors(loom.tool), and kinds.",
  options: failIfOption,
  examples: ["errors traces.jsonl", "errors --fail-if \"errors > 0\" traces.jsonl"],
  run: ({ files, json, ...given }) =>
    withFailIf(given, quantities, (output) =>
      Effect.gen(function*() {
        const groups = failuresOf(yield* forestOf(files))
        yield* Effect.forEach(groups, (group) => output.write(json ? jsonLine(document(group)) : text(group)), {
          discard: true
        })
        if (groups.length === 0 && !json) {
          yield* output.write("Nothing failed.\n")
        }
        return groups
      }))
})
