/**
 * Renders trees as text in the console's form: `• loom.run (4.2ms) session_id=…`, two spaces per level, `▸` for an open span.
 *
 * Session and user are shown once, on the topmost span that has them. Anything unusual is marked after the attributes: `[orphan]`, `[duplicate]`,
 * `[cycle]`, `[interrupted]`, `[ERROR: …]`. Untrusted text is escaped, so one span is always one line.
 */
import type { Attributes } from "../records/attributes.js"
import type { ScoreData } from "../records/ScoreData.js"
import { formatUsd } from "../records/terminal/numbers.js"
import { type LineStyle, metricLine, openLine, scoreLine, spanLine } from "../records/terminal/recordLine.js"
import { nodes } from "./TraceTree.js"
import type { TraceForest, TraceNode } from "./tree/TraceNode.js"
import type { Usage } from "./usage/Amounts.js"

/** What to show. */
export interface TreeViewOptions {
  /** Columns, > 0; longer lines are truncated and end with `…`. Default: no limit. */
  readonly width?: number
  /** ANSI colors. Default false. */
  readonly color?: boolean
  /** Levels, ≥ 1; deeper spans are counted in one line. Default: all. */
  readonly maxDepth?: number
  /** Children per span, ≥ 1; any further ones are counted in one line. Default: all. */
  readonly maxChildren?: number
  /** Whether to show measurements below their span. Default false. */
  readonly metrics?: boolean
  /** The scores to show below a span. Default: none. */
  readonly scores?: (node: TraceNode) => ReadonlyArray<ScoreData>
  /** Which attributes to show. Default: all. */
  readonly attributes?: (key: string, node: TraceNode) => boolean
  /** The usage to show for a span: `[61 in, 8 out, $0.0012]`. Default: none. */
  readonly usage?: (node: TraceNode) => Usage | undefined
}

type Pending =
  | { readonly kind: "node"; readonly node: TraceNode; readonly depth: number; readonly above: Above }
  | { readonly kind: "text"; readonly text: string }

/** The lines of these trees, without newlines. Trees may be deeper than the call stack. */
export function* lines(roots: Iterable<TraceNode>, options: TreeViewOptions = {}): Generator<string, void, void> {
  const style: LineStyle = { width: options.width ?? Infinity, color: options.color ?? false, seconds: true }
  const stack = [...roots].reverse().map((node): Pending => ({ kind: "node", node, depth: 0, above: {} }))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === "text") {
      yield next.text
      continue
    }
    const { above, depth, node } = next
    yield nodeLine(node, depth, style, options, above)
    for (const score of options.scores?.(node) ?? []) {
      yield withoutNewline(scoreLine(score, depth + 1, style, true))
    }
    if (options.metrics === true) {
      for (const metric of node.metrics) {
        yield withoutNewline(metricLine(metric, depth + 1, style))
      }
    }
    for (const below of [...belowOf(node, depth, options, withOwn(above, node))].reverse()) {
      stack.push(below)
    }
  }
}

/** These trees as text, each line with a newline. */
export const render = (source: TraceForest | Iterable<TraceNode>, options?: TreeViewOptions): string => {
  const roots = "traces" in source ? source.traces.flatMap((trace) => trace.roots) : source
  let out = ""
  for (const line of lines(roots, options)) {
    out += `${line}\n`
  }
  return out
}

/** One span as a line, without a newline. */
export const nodeLine = (
  node: TraceNode,
  depth: number,
  style: LineStyle,
  options: TreeViewOptions = {},
  above: Above = {}
): string => {
  const attributes = shownAttributes(node, options.attributes, above)
  const note = `${usageNote(options.usage?.(node))}${marks(node)}`
  const { durationMs, exception, name, outcome } = node
  return withoutNewline(
    outcome === undefined || durationMs === undefined
      ? openLine({ name, attributes }, depth, style, note)
      : spanLine({ name, attributes, durationMs, exception, outcome }, depth, style, note)
  )
}

const withoutNewline = (line: string): string => line.slice(0, -1)

const marks = ({ cyclic, duplicate, orphan }: TraceNode): string =>
  `${orphan ? " [orphan]" : ""}${duplicate ? " [duplicate]" : ""}${cyclic ? " [cycle]" : ""}`

const usageNote = (usage: Usage | undefined): string => {
  if (usage === undefined) {
    return ""
  }
  const { costUsd, tokensIn, tokensOut } = usage
  if (costUsd === null && tokensIn + tokensOut === 0) {
    return ""
  }
  return ` [${tokensIn} in, ${tokensOut} out${costUsd === null ? "" : `, ${formatUsd(costUsd) || "$0"}`}]`
}

const shownAttributes = (node: TraceNode, shown: TreeViewOptions["attributes"], above: Above): Attributes =>
  Object.fromEntries(
    Object.entries(node.attributes).filter(([key, value]) => above[key] !== value && (shown?.(key, node) ?? true))
  )

/** Attributes that a span shares with those below it, such as its session. */
type Above = Attributes

/** Session, user, and the attributes that OTLP writes once per resource or scope. */
const shared =
  /^(?:session_id|user_id|session\.id|user\.id|gen_ai\.conversation\.id|(?:service|telemetry|host|process|os|container|k8s|cloud|deployment|otel)\..+)$/

/** Adds a span's own shared attributes to those above it. */
const withOwn = (above: Above, { attributes }: TraceNode): Above => {
  const own = Object.keys(attributes).filter((key) => shared.test(key) && above[key] !== attributes[key])
  return own.length === 0 ? above : { ...above, ...Object.fromEntries(own.map((key) => [key, attributes[key]!])) }
}

const belowOf = function*(
  node: TraceNode,
  depth: number,
  options: TreeViewOptions,
  above: Above
): Iterable<Pending> {
  const { maxChildren = Infinity, maxDepth = Infinity } = options
  const indent = "  ".repeat(Math.min(depth + 1, 40))
  if (depth + 1 >= maxDepth) {
    const hidden = [...nodes(node.children)].length
    if (hidden > 0) {
      yield { kind: "text", text: `${indent}… ${hidden} below` }
    }
    return
  }
  for (const child of node.children.slice(0, maxChildren)) {
    yield { kind: "node", node: child, depth: depth + 1, above }
  }
  if (node.children.length > maxChildren) {
    yield { kind: "text", text: `${indent}… ${node.children.length - maxChildren} more` }
  }
}
