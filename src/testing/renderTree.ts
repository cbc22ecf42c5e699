/**
 * A recorded tree as text that is the same each time that the program runs, for snapshots.
 *
 * One line a span, as the console prints them, with attributes in the order of their names, ids replaced and durations left out. The trap: texts
 * of a real model or of a vendor change; choose with `attributes` what a snapshot is to hold.
 */
import type { SpanRecord } from "../records/SpanRecord.js"
import type { SpanNode } from "../records/spanTree.js"
import { endingTexts, lineOf } from "./text/spans.js"
import { elapsed, StableNames } from "./text/stable.js"
import { valueText } from "./text/values.js"

/** What is shown. */
export interface RenderOptions {
  /** All attributes (default), none, those with these names, or those for which the function says yes. */
  readonly attributes?: boolean | ReadonlyArray<string> | ((key: string, span: SpanRecord) => boolean)
  /**
   * Whether durations and times are shown: of spans, in attributes that end in `_ms` or `_seconds`, in texts. Default false; with `TestClock` they
   * are the same each time.
   */
  readonly durations?: boolean
  /** Whether a line ends with the span's name, `#s1`, and those that it links to, `→ s3`. Default false. */
  readonly ids?: boolean
  /** Whether the names of a span's events are shown. Default false. */
  readonly events?: boolean
}

/**
 * The tree as lines, without a line break at the end.
 *
 * @example
 * expect(renderTree(yield* memory.tree, { attributes: ["tool", "ok"] })).toMatchInlineSnapshot()
 */
export const renderTree = (tree: SpanNode | ReadonlyArray<SpanNode>, options: RenderOptions = {}): string => {
  const visits = visitsOf(rootsOf(tree))
  const names = new StableNames(visits.map(({ node }) => node.span), options.durations === true)
  return visits.map(({ depth, node }) => `${"  ".repeat(depth)}${spanLine(node.span, names, options)}`).join("\n")
}

/** The roots of what may be one tree or several. */
export const rootsOf = (tree: SpanNode | ReadonlyArray<SpanNode>): ReadonlyArray<SpanNode> =>
  "span" in tree ? [tree] : tree

/** A span where it is met. */
export interface NodeVisit {
  readonly node: SpanNode
  /** 0 for a root. */
  readonly depth: number
}

/** All spans, each before what is below it. Without recursion: a tree may be deeper than the call stack. */
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
      `${valueText(key)}=${value === elapsed ? "…" : valueText(value)}`
    ])

const idsText = ({ links, spanId }: SpanRecord, names: StableNames): string =>
  [`#${names.span(spanId)}`, ...links.map((link) => `→ ${names.span(link.spanId)}`)].join(" ")
