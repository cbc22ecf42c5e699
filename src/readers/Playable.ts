/**
 * Finds which calls of a trace a cassette can play, and which it cannot and why.
 */
import type { Attributes } from "../records/attributes.js"
import { tapeSum } from "../records/tape.js"
import { redacted } from "../records/text.js"
import { label, nodes } from "./TraceTree.js"
import type { Trace, TraceNode } from "./tree/TraceNode.js"

/** Why a span cannot be played. */
export type Missing =
  /** Its content was not recorded under `Cassette.recording`. */
  | "content-off"
  /** Its content was truncated by a limit, or changed later. */
  | "cut"
  /** Redaction removed part of its content. */
  | "redacted"
  /** It was interrupted, or has not ended. */
  | "unfinished"
  /** It is a turn whose run is not in the file. */
  | "orphaned"
  /** It contains a part that cannot be encoded. */
  | "unreadable"

/** A span that cannot be played. */
export interface Unplayable {
  readonly spanId: string
  /** Its label and those of its ancestors. Untrusted text: escape it. */
  readonly path: ReadonlyArray<string>
  readonly reason: Missing
  /** Whether only the request is affected: the call is played, but its request is not compared. */
  readonly isRequestOnly: boolean
}

/** The calls of one trace that can be played. */
export interface Playable {
  readonly traceId: string
  /** Recorded model calls. */
  readonly calls: number
  /** Recorded tool calls, except those that the model's provider executed. */
  readonly tools: number
  /** In the order of the tree; empty if everything can be played. */
  readonly missing: ReadonlyArray<Unplayable>
}

const sumsOf = ({ tape }: Attributes): { readonly [key: string]: unknown } => {
  try {
    const sums: unknown = typeof tape === "string" ? JSON.parse(tape) : {}
    return typeof sums === "object" && sums !== null ? sums as { readonly [key: string]: unknown } : {}
  } catch {
    return {}
  }
}

/** What is wrong with the content under this key. */
const missingIn = (attributes: Attributes, key: string): Missing | undefined => {
  const { [key]: content, tape } = attributes
  return tape === undefined || typeof content !== "string"
    ? "content-off"
    : tapeSum(content) === sumsOf(attributes)[key]
    ? content.includes("\"type\":\"unreadable\"") || content === "{\"unreadable\":true}" ? "unreadable" : undefined
    : content.includes(redacted)
    ? "redacted"
    : "cut"
}

const isArrival = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number" && each >= 0)

/** What is wrong with the times at which an answer arrived. */
const missingTimes = (attributes: Attributes): Missing | undefined => {
  const { arrivals } = sumsOf(attributes)
  return Array.isArray(arrivals) && arrivals.every(isArrival) ? undefined : "cut"
}

const missingOf = (node: TraceNode, path: ReadonlyArray<string>): ReadonlyArray<Unplayable> => {
  const { attributes, outcome, spanId } = node
  const found = (reason: Missing | undefined, isRequestOnly = false): ReadonlyArray<Unplayable> =>
    reason === undefined ? [] : [{ spanId, path, reason, isRequestOnly }]
  if (outcome === undefined || outcome === "interrupted") {
    return found("unfinished")
  }
  if (node.meaning.role === "tool") {
    return found(missingIn(attributes, "result"))
  }
  const answer = found(missingIn(attributes, "response_parts") ?? missingTimes(attributes))
  return answer.length > 0 ? answer : found(missingIn(attributes, "input_messages"), true)
}

const isPlayed = ({ attributes, meaning: { role } }: TraceNode): boolean =>
  role === "model" || role === "tool" && attributes["provider_executed"] !== true

/** Finds the calls of a trace that can be played. */
export const playable = ({ roots, traceId }: Trace): Playable => {
  const missing: Array<Unplayable> = []
  const path: Array<string> = []
  let [calls, tools] = [0, 0]
  for (const { depth, node } of nodes(roots)) {
    path.length = depth
    path.push(label(node))
    if (node.meaning.role === "turn" && node.orphan) {
      missing.push({ spanId: node.spanId, path: [...path], reason: "orphaned", isRequestOnly: false })
    }
    if (isPlayed(node)) {
      const isCall = node.meaning.role === "model"
      calls += isCall ? 1 : 0
      tools += isCall ? 0 : 1
      missing.push(...missingOf(node, [...path]))
    }
  }
  return { traceId, calls, tools, missing }
}
