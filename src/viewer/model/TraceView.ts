/**
 * A trace prepared for drawing: its spans in the order of a walk through the tree, each with its position, its state and the usage of its subtree.
 *
 * Plain data, built from the readers' tree and never changed; no recursion, so ten thousand levels are fine. Times are milliseconds since the trace started,
 * because a screen needs no nanoseconds. All text is as recorded and untrusted: see `format`.
 */
import { hasFailed, nodes, scoresOn, type Trace, type TraceNode } from "../../readers/TraceTree.js"
import { endOf } from "../../readers/tree/TraceNode.js"
import { type Usage, usageOf } from "../../readers/usage/treeUsage.js"
import type { Attributes } from "../../records/attributes.js"
import type { ScoreData } from "../../records/ScoreData.js"
import type { EventData } from "../../records/SpanData.js"
import type { Outcome } from "../../records/SpanRecord.js"
import { attributeText, kindOf, labelOf, type SpanKind } from "./kind.js"
import { concurrency } from "./lanes.js"
import type { Query, QueryField, QueryMeasure, QueryRange, QueryState } from "./query.js"

/** How a span ended, or `"open"`. */
export type SpanState = Outcome | "open"

export interface SpanView extends
  Pick<
    TraceNode,
    "traceId" | "spanId" | "parentSpanId" | "name" | "attributes" | "exception" | "events" | "links" | "metrics"
  >
{
  readonly index: number
  /** The index of its parent, or -1. */
  readonly parent: number
  /** Levels below its root, ≥ 0. */
  readonly depth: number
  /** Number of spans in its subtree, itself included. */
  readonly size: number
  readonly kind: SpanKind
  /** Its attributes by the names of this package, from any producer. */
  readonly known: Attributes
  readonly state: SpanState
  /** What is unusual about its place in the tree, such as `parent missing`; otherwise empty. */
  readonly oddity: string
  /** Milliseconds since the trace started. */
  readonly start: number
  /** The same; an open span lasts until the last known instant of its trace. */
  readonly end: number
  /** Milliseconds; for an open span, up to `end`. */
  readonly durationMs: number
  /** The most children that ran at once; 0 or 1 if none ran in parallel. */
  readonly parallel: number
  /** When each event happened, in milliseconds since the trace started. */
  readonly eventTimes: ReadonlyArray<number>
  /** Of its subtree. */
  readonly usage: Usage
  /** Its own; the first root's include those of the whole trace. */
  readonly scores: ReadonlyArray<ScoreData>
}

export interface TraceView {
  readonly traceId: string
  readonly spans: ReadonlyArray<SpanView>
  /** When its first span started, in milliseconds since the epoch. */
  readonly startedAt: number
  /** From its first start to its last end, in milliseconds. */
  readonly totalMs: number
  /** Its agent's name, or the name of its first root. */
  readonly title: string
  /** The state of its first root; open if any root is open. */
  readonly state: SpanState
  readonly failed: number
  /** The name of what failed first, as shown in its row; empty if nothing failed. */
  readonly firstFailed: string
  readonly interrupted: number
  readonly open: number
  readonly usage: Usage
  /** Of the whole trace, of its spans, and of spans that are missing. */
  readonly scores: ReadonlyArray<ScoreData>
  /** The users, models, tools and so on of its spans, for the filters. */
  readonly values: ReadonlyMap<QueryField, ReadonlySet<string>>
}

type Draft = { -readonly [Key in keyof SpanView]: SpanView[Key] }

/** Prepares a trace. Open spans last until its last known instant, or until `until` (milliseconds since the epoch) if that is later. */
export const makeTraceView = (known: Trace, until = -Infinity): TraceView => {
  const usage = usageOf(known)
  const trace = reaching(known, until)
  const spans = draftsOf(trace, usage.below)
  addSizes(spans)
  const root = spans.find(({ depth, oddity }) => depth === 0 && oddity === "") ?? spans[0]
  return {
    traceId: trace.traceId,
    spans,
    startedAt: Number(trace.start / million),
    totalMs: millis(trace.start, trace.end),
    title: root === undefined ? trace.traceId : labelOf(root.kind, root.name, root.known).primary,
    state: spans.some(({ depth, state }) => depth === 0 && state === "open") ? "open" : root?.state ?? "success",
    failed: count(spans, "failure"),
    firstFailed: firstFailedOf(spans),
    interrupted: count(spans, "interrupted"),
    open: count(spans, "open"),
    usage: usage.total,
    scores: [...trace.scores.filter(({ spanId }) => spanId !== null), ...spans.flatMap(({ scores }) => scores)],
    values: valuesOf(spans)
  }
}

/** The name of the first tool that failed, or else of the deepest of the first failed spans: its parents failed because of it. */
const firstFailedOf = (spans: ReadonlyArray<SpanView>): string => {
  const failed = spans.filter(({ state }) => state === "failure")
  const first = failed.find(({ kind }) => kind === "tool") ??
    failed.find((span, at) => failed[at + 1]?.parent !== span.index)
  return first === undefined ? "" : labelOf(first.kind, first.name, first.known).primary
}

const reaching = (trace: Trace, until: number): Trace =>
  until > Number(trace.end) / 1_000_000 ? { ...trace, end: BigInt(Math.floor(until)) * million } : trace

const million = BigInt(1_000_000)

const millis = (from: bigint, to: bigint): number => Number(to - from) / 1_000_000

const draftsOf = (trace: Trace, usageOf: (node: TraceNode) => Usage): ReadonlyArray<Draft> => {
  const places = new Map<TraceNode, number>()
  const drafts: Array<Draft> = []
  for (const { depth, node, parent } of nodes(trace.roots)) {
    const index = drafts.length
    places.set(node, index)
    drafts.push(draft(trace, node, index, depth, parent === undefined ? -1 : places.get(parent)!, usageOf(node)))
  }
  return drafts
}

const draft = (trace: Trace, node: TraceNode, index: number, depth: number, parent: number, usage: Usage): Draft => {
  const start = millis(trace.start, node.start)
  const end = millis(trace.start, endOf(node, trace.end))
  return {
    index,
    parent,
    depth,
    size: 1,
    traceId: node.traceId,
    spanId: node.spanId,
    parentSpanId: node.parentSpanId,
    name: node.name,
    kind: kindOf(node.meaning.role, node.meaning.attributes),
    state: hasFailed(node) ? "failure" : node.outcome ?? "open",
    oddity: oddityOf(node),
    start,
    end,
    durationMs: end - start,
    parallel: parallelOf(trace, node.children),
    attributes: node.attributes,
    known: node.meaning.attributes,
    exception: node.exception,
    events: node.events,
    eventTimes: timesOf(node.events, trace.start),
    links: node.links,
    metrics: node.metrics,
    scores: scoresOn(trace, node),
    usage
  }
}

const parallelOf = (trace: Trace, children: ReadonlyArray<TraceNode>): number =>
  children.length < 2
    ? children.length
    : concurrency(children.map((child) => ({
      start: millis(trace.start, child.start),
      end: millis(trace.start, endOf(child, trace.end))
    })))

const noTimes: ReadonlyArray<number> = []

const timesOf = (events: ReadonlyArray<EventData>, start: bigint): ReadonlyArray<number> =>
  events.length === 0 ? noTimes : events.map(({ time }) => millis(start, time))

const oddityOf = (node: TraceNode): string =>
  node.cyclic ? "its own ancestor" : node.duplicate ? "duplicate id" : node.orphan ? "parent missing" : ""

/** Adds each span's size to its parent's, from the end, because children come after their parent. */
const addSizes = (spans: ReadonlyArray<Draft>): void => {
  for (let index = spans.length - 1; index > 0; index--) {
    const { parent, size } = spans[index]!
    if (parent >= 0) {
      spans[parent]!.size += size
    }
  }
}

const count = (spans: ReadonlyArray<SpanView>, state: SpanState): number =>
  spans.reduce((total, span) => span.state === state ? total + 1 : total, 0)

/** Where the filters' values come from: the attribute, and the kinds of spans that carry it. */
const sources: ReadonlyArray<readonly [QueryField, string, ReadonlyArray<SpanKind> | undefined]> = [
  ["user", "user_id", undefined],
  ["session", "session_id", undefined],
  ["agent", "agent", ["run"]],
  ["model", "model", ["model", "run"]],
  ["tool", "tool", ["tool", "delegate"]]
]

const valuesOf = (spans: ReadonlyArray<SpanView>): ReadonlyMap<QueryField, ReadonlySet<string>> => {
  const values = new Map(sources.map(([field]) => [field, new Set<string>()]))
  for (const span of spans) {
    for (const [field, key, kinds] of sources) {
      const value = kinds === undefined || kinds.includes(span.kind) ? attributeText(span.known, key) : ""
      if (value !== "") {
        values.get(field)!.add(value)
      }
    }
  }
  return values
}

const texts = new WeakMap<SpanView, string>()

/** The searched text, built by the first search that needs it, in lower case: name, ids, `key=value` of each attribute, events, exception, scores. */
const searchText = (span: SpanView): string => {
  const known = texts.get(span)
  if (known !== undefined) {
    return known
  }
  const events = span.events.map(({ attributes, name }) => `${name}\n${attributesText(attributes)}`)
  const text = `${span.name}\n${span.spanId}\n${span.traceId}\n${attributesText(span.attributes)}${
    span.exception ?? ""
  }\n${events.join("")}${span.scores.map(scoreText).join("")}`.toLowerCase()
  texts.set(span, text)
  return text
}

const scoreText = ({ explanation, label, name }: ScoreData): string => `\n${name}\n${label ?? ""}\n${explanation ?? ""}`

/** Built in a loop: a list of pairs per span would take most of the time of a first search. */
const attributesText = (attributes: Attributes): string => {
  let text = ""
  for (const key in attributes) {
    const value = attributes[key]
    text += `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}\n`
  }
  return text
}

/** Prepares a search of these spans, so that the first one takes no longer than the next. */
export const prepareSearch = (spans: ReadonlyArray<SpanView>): void => spans.forEach(searchText)

const inState = (span: SpanView, state: QueryState): boolean =>
  state === "failed" ? span.state === "failure" : span.state === state

const countOf = (trace: TraceView, state: QueryState): number => trace[state]

export const isEmptyQuery = (query: Query): boolean =>
  query.words.length === 0 && query.fields.size === 0 && query.states.size === 0 && query.ranges.size === 0 &&
  query.scores.length === 0

/** Whether a search has conditions on single spans. */
const asksForSpans = (query: Query): boolean => query.words.length > 0 || query.states.size > 0

/** Whether a span has all words and one of the states. */
const matchesSpan = (query: Query, span: SpanView): boolean =>
  (query.states.size === 0 || [...query.states].some((state) => inState(span, state))) &&
  query.words.every((word) => searchText(span).includes(word))

const measureOf = (trace: TraceView, measure: QueryMeasure): number =>
  measure === "duration" ? trace.totalMs : measure === "start" ? trace.startedAt : trace.usage.costUsd ?? 0

const isWithin = (value: number, { from, to }: QueryRange): boolean => value >= from && value <= to

/** Whether a search finds a trace; `hasMatch` is whether any of its spans matches, if that is known. */
export const matchesTrace = (query: Query, trace: TraceView, hasMatch?: boolean): boolean =>
  [...query.ranges].every(([measure, range]) => isWithin(measureOf(trace, measure), range)) &&
  query.scores.every(({ meets }) => trace.scores.some(meets)) &&
  [...query.fields].every(([field, value]) => trace.values.get(field)?.has(value) === true) &&
  (query.states.size === 0 || [...query.states].some((state) => countOf(trace, state) > 0)) &&
  (query.words.length === 0 || (hasMatch ?? trace.spans.some((span) => matchesSpan(query, span))))

/** Whether a score of a span meets one of the conditions. */
const meetsScore = ({ scores }: Query, span: SpanView): boolean =>
  span.scores.some((score) => scores.some(({ meets }) => meets(score)))

/**
 * The indices of a trace's matching spans, in order: by words and states if there are any, otherwise by scores. Empty if the search has none of
 * these.
 */
export const matchingSpans = (query: Query, trace: TraceView): ReadonlyArray<number> => {
  const matches = asksForSpans(query) ? matchesSpan : meetsScore
  return isEmptyQuery(query) ? [] : trace.spans.filter((span) => matches(query, span)).map(({ index }) => index)
}

/** The next of these indices after (or before) one, wrapping around; `undefined` if the list is empty. */
export const nextOf = (indices: ReadonlyArray<number>, from: number, backwards: boolean): number | undefined =>
  backwards
    ? indices.findLast((index) => index < from) ?? indices.at(-1)
    : indices.find((index) => index > from) ?? indices[0]
