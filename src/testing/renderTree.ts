/**
 * Renders a recorded tree for snapshots, as text that is the same in every run.
 *
 * The text has one line per span, as the console prints it, with attributes sorted by name and without durations. Span ids become `s1`, `s2`, trace
 * ids `t1`, run ids `run_1`, in the order in which they occur; times in strings become `TIME`. The trap: text from a real model and other ids (a
 * provider's, a UUID) change from run to run. Use `attributes` to choose what the snapshot contains.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { nanosFromDate } from "../records/instants.js"
import type { SpanRecord } from "../records/SpanRecord.js"
import type { SpanNode } from "../records/spanTree.js"
import type { AttributeKey } from "../records/vocabulary.js"
import { endingTexts, lineOf } from "./text/spans.js"
import { mapTexts, valueText } from "./text/values.js"

/** What to show. */
export interface RenderOptions {
  /** The attributes to show: all (default), none, those with these names, or those for which the function returns true. */
  readonly attributes?: boolean | ReadonlyArray<string> | ((key: string, span: SpanRecord) => boolean)
  /**
   * Whether to show durations and times: of spans, in attributes that end in `_ms` or `_seconds`, and in strings. Default false. Use it with
   * `TestClock`, where they are always the same.
   */
  readonly durations?: boolean
  /** Whether to end each line with the number of the span, `#s1`, and of the spans it links to, `→ s3`. Default false. */
  readonly ids?: boolean
  /** Whether to show the names of events. Default false. */
  readonly events?: boolean
  /**
   * The order of siblings. `"start"` (default): the order in which they started, which can change from run to run if they run in parallel.
   * `"stable"`: siblings that overlap in time are sorted by name, attributes and children, as shown in the snapshot. `"text"`: all siblings are
   * sorted that way, for work that overlaps in some runs but not in others, or that takes no time under `TestClock`.
   */
  readonly order?: "start" | "stable" | "text"
}

/**
 * Renders the tree as lines, without a final line break.
 *
 * @example
 * expect(renderTree(yield* memory.tree, { attributes: ["tool", "ok"] })).toMatchInlineSnapshot()
 */
export const renderTree = (tree: SpanNode | ReadonlyArray<SpanNode>, options: RenderOptions = {}): string => {
  const roots = rootsOf(tree)
  const visits = visitsOf((options.order ?? "start") === "start" ? roots : sortSiblings(roots, options))
  const names = new StableNames(visits.map(({ node }) => node.span), options.durations === true, true)
  return visits.map(({ depth, node }) => `${"  ".repeat(depth)}${spanLine(node.span, names, options)}`).join("\n")
}

/** The roots of one or more trees. */
export const rootsOf = (tree: SpanNode | ReadonlyArray<SpanNode>): ReadonlyArray<SpanNode> =>
  "span" in tree ? [tree] : tree

/** A span and its depth. */
export interface NodeVisit {
  readonly node: SpanNode
  /** 0 for a root. */
  readonly depth: number
}

/** All spans, parents before children. No recursion: a tree may be deeper than the call stack. */
export const visitsOf = (roots: ReadonlyArray<SpanNode>): ReadonlyArray<NodeVisit> => {
  const visits: Array<NodeVisit> = []
  const stack = roots.map((node): NodeVisit => ({ node, depth: 0 })).reverse()
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    visits.push(visit)
    const { children } = visit.node
    for (let index = children.length - 1; index >= 0; index--) {
      stack.push({ node: children[index]!, depth: visit.depth + 1 })
    }
  }
  return visits
}

/** A span with sorted children, and its sort key. */
interface Sorted {
  readonly node: SpanNode
  readonly text: string
}

/** Sorts from the bottom up, so that the text of a span includes its sorted children. */
const sortSiblings = (roots: ReadonlyArray<SpanNode>, options: RenderOptions): ReadonlyArray<SpanNode> => {
  const visits = visitsOf(roots).toReversed()
  const names = new StableNames(visits.map(({ node }) => node.span), options.durations === true, false)
  const sorted = new Map<SpanNode, Sorted>()
  const sort = (nodes: ReadonlyArray<SpanNode>) =>
    (options.order === "text" ? [nodes] : overlapping(nodes)).flatMap((group) =>
      group.map((node) => sorted.get(node)!).sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0)
    )
  for (const { node: { children, span }, node } of visits) {
    const below = sort(children)
    const text = `${spanLine(span, names, { ...options, ids: false })} [${below.map((child) => child.text).join()}]`
    sorted.set(node, { text, node: { span, children: below.map((child) => child.node) } })
  }
  return sort(roots).map(({ node }) => node)
}

/** Groups siblings that overlap in time. They must be in the order in which they started. */
const overlapping = (nodes: ReadonlyArray<SpanNode>): ReadonlyArray<ReadonlyArray<SpanNode>> => {
  const groups: Array<Array<SpanNode>> = []
  let latest: bigint | undefined
  for (const node of nodes) {
    const start = nanosFromDate(node.span.startedAt)
    const end = nanosFromDate(node.span.endedAt)
    if (latest === undefined || start >= latest) {
      groups.push([])
    }
    groups.at(-1)!.push(node)
    latest = latest === undefined || end > latest ? end : latest
  }
  return groups
}

const spanLine = (span: SpanRecord, names: StableNames, options: RenderOptions): string => {
  const line = lineOf(
    new Map([
      ["name", names.text(span.name)],
      ...(options.durations === true ? [["durationMs", String(span.durationMs)] as const] : []),
      ...attributeTexts(span, names, options),
      ...endingTexts(span).map(([key, text]) => [key, names.text(text)] as const),
      ...(options.events === true && span.events.length > 0
        ? [["events", `events: ${span.events.map(({ name }) => valueText(names.text(name))).join(", ")}`] as const]
        : [])
    ])
  )
  return options.ids === true ? `${line} ${idsText(span, names)}` : line
}

const attributeTexts = (
  span: SpanRecord,
  names: StableNames,
  { attributes = true }: RenderOptions
): ReadonlyArray<readonly [string, string]> =>
  names.attributes(span.attributes)
    .filter(([key]) =>
      typeof attributes === "boolean"
        ? attributes
        : typeof attributes === "function"
        ? attributes(key, span)
        : attributes.includes(key)
    )
    .map(([key, value]) => [
      `attributes/${key}`,
      `${valueText(key)}=${value === hidden ? "…" : valueText(value)}`
    ])

const idsText = ({ links, spanId }: SpanRecord, names: StableNames): string =>
  [`#${names.span(spanId)}`, ...links.map((link) => `→ ${names.span(link.spanId)}`)].join(" ")

const hexIds = /\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b/g
const runIds = /\brun_[0-9A-HJKMNP-TV-Z]{26}\b/g
const instants = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g

class StableNames {
  private readonly spans = new Map<string, string>()
  private readonly traces = new Map<string, string>()
  private readonly runs = new Map<string, string>()

  constructor(
    /** All spans in the order of their lines, so that the number of a span is that of its line. */
    spans: Iterable<SpanRecord>,
    private readonly keepTimes: boolean,
    /** Whether names are numbered. Without numbers, the text does not depend on the order of the spans. */
    private readonly numbered: boolean
  ) {
    for (const { spanId, traceId } of spans) {
      this.span(spanId)
      this.nameOf(this.traces, traceId, "t")
    }
  }

  /** The name of a span, even if it is not in the tree. */
  span(id: string): string {
    return this.nameOf(this.spans, id, "s")
  }

  readonly text = (value: string): string => {
    const named = value
      .replace(hexIds, (id) => this.spans.get(id) ?? this.traces.get(id) ?? id)
      .replace(runIds, (id) => this.nameOf(this.runs, id, "run_"))
    return this.keepTimes ? named : named.replace(instants, "TIME")
  }

  /** Attributes sorted by key, with stable names. Digests and numbers whose key ends in a unit of time are hidden. */
  attributes(attributes: Attributes): ReadonlyArray<readonly [string, AttributeValue | typeof hidden]> {
    return Object.keys(attributes).toSorted().map((key) => {
      const value = attributes[key]!
      const isDuration = typeof value === "number" && /_(ms|seconds)$/.test(key)
      return [key, (isDuration && !this.keepTimes) || key === digestKey ? hidden : mapTexts(value, this.text)]
    })
  }

  private nameOf(names: Map<string, string>, id: string, prefix: string): string {
    const name = names.get(id) ?? (this.numbered ? `${prefix}${names.size + 1}` : prefix)
    names.set(id, name)
    return name
  }
}

/** In place of a value that is not shown. */
const hidden = Symbol("hidden")

/** Computed with a per-process key, so it differs in each run. */
const digestKey: AttributeKey = "arguments_digest"
