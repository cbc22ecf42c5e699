/**
 * `errors`: what failed, the same failures together.
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import { hasFailed, label, nodes, type TraceForest, type TraceNode } from "../../readers/TraceTree.js"
import { escapeText } from "../../records/escape.js"
import { isoFromNanos } from "../../records/instants.js"
import { described } from "../command.js"
import type { Quantities } from "../failIf/failIf.js"
import { judged, judgedOptions } from "../failIf/judged.js"
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

/** Where it began: a span that failed only because one below it did says nothing new. */
const isOrigin = (node: TraceNode): boolean =>
  hasFailed(node) && !hasFailedModel(node) &&
  !node.children.some((child) => hasFailed(child) && messageOf(child) === messageOf(node))

/**
 * Whether it is an agent's turn that failed because its last model call did: it says that in words of its own, the call's are those that tell. Other spans
 * that made another error of one below them are told beside it: whether they had not recovered from it and failed of something else, nobody knows.
 */
const hasFailedModel = ({ children, exception, name }: TraceNode): boolean => {
  const call = children.filter((child) => child.name === "loom.model.stream").at(-1)
  return name === "loom.turn" && exception?.startsWith("AgentError:") === true && call !== undefined && hasFailed(call)
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

const firstOf = ({ spans }: Failures): TraceNode => spans.reduce((a, b) => b.start < a.start ? b : a)
const lastOf = ({ spans }: Failures): TraceNode => spans.reduce((a, b) => b.start > a.start ? b : a)

const text = (group: Failures): string => {
  const [first, last] = [firstOf(group), lastOf(group)]
  const when = group.spans.length === 1
    ? isoFromNanos(first.start)
    : `${isoFromNanos(first.start)} to ${isoFromNanos(last.start)}`
  return `${count(group.spans.length)} × ${escapeText(group.label)}\n    ${
    escapeText(group.message)
  }\n    ${when}\n    trace ${escapeText(last.traceId)}\n`
}

const document = (group: Failures) => ({
  count: group.spans.length,
  label: group.label,
  message: group.message,
  first_at: isoFromNanos(firstOf(group).start),
  last_at: isoFromNanos(lastOf(group).start),
  spans: group.spans.slice(0, 100).map(({ line, spanId, traceId }) => ({ trace_id: traceId, span_id: spanId, line }))
})

const sumOf = (groups: ReadonlyArray<Failures>): number => groups.reduce((sum, { spans }) => sum + spans.length, 0)

const quantities: Quantities<ReadonlyArray<Failures>> = {
  errors: {
    of: "either",
    value: (groups, of) => sumOf(of === undefined ? groups : groups.filter((group) => group.label === of))
  },
  kinds: { of: "whole", value: (groups) => groups.length }
}

/** The command. */
export const errors = Command.make(
  "errors",
  judgedOptions,
  (given) =>
    judged(given, quantities, (output) =>
      Effect.gen(function*() {
        const groups = failuresOf(yield* forestOf(given.files))
        yield* Effect.forEach(groups, (group) => output.write(given.json ? jsonLine(document(group)) : text(group)), {
          discard: true
        })
        if (groups.length === 0 && !given.json) {
          yield* output.write("Nothing failed.\n")
        }
        return groups
      }))
).pipe(Command.withDescription(described(
  "What failed, the same failures together",
  "The most frequent stand first. A failure that went on to the spans above it is told once, where it began. With " +
    "--json a line for each kind. --fail-if knows errors, also as errors(loom.tool), and kinds.",
  ["errors traces.jsonl", "errors --fail-if \"errors > 0\" traces.jsonl"]
)))
