/**
 * The graph of delegations: the agents and workflows of some traces, their own calls, tokens and cost, and what each delegated to another.
 *
 * Agents are identified by name, so a hundred runs of one agent are one node.
 */
import type { Usage } from "../../readers/usage/treeUsage.js"
import { labelOf } from "./kind.js"
import type { SpanView, TraceView } from "./TraceView.js"

export interface AgentNode {
  readonly name: string
  readonly kind: "run" | "workflow"
  /** All runs, including failed ones. */
  readonly runs: number
  readonly failed: number
  /** Its own model and tool calls, without those of the agents it delegated to. */
  readonly modelCalls: number
  readonly toolCalls: number
  readonly failedTools: number
  readonly tokens: number
  readonly costUsd: number
  /** 0 for an agent that no one delegates to. */
  readonly layer: number
  /** Its first run. */
  readonly span: SpanView
}

export interface Delegation {
  readonly from: AgentNode
  readonly to: AgentNode
  readonly count: number
  readonly failed: number
  /** Of the runs that were delegated, with everything inside them. */
  readonly tokens: number
  readonly costUsd: number
}

export interface AgentGraph {
  /** In the order in which they first ran. */
  readonly nodes: ReadonlyArray<AgentNode>
  readonly edges: ReadonlyArray<Delegation>
}

type Draft<A> = { -readonly [Key in keyof A]: A[Key] }

interface Drafts {
  readonly nodes: Map<string, Draft<AgentNode>>
  readonly edges: Map<string, Draft<Delegation>>
}

export const agentGraph = (traces: Iterable<TraceView>): AgentGraph => {
  const drafts: Drafts = { nodes: new Map(), edges: new Map() }
  for (const trace of traces) {
    addTrace(drafts, trace)
  }
  const nodes = [...drafts.nodes.values()]
  const edges = [...drafts.edges.values()]
  setLayers(nodes, edges)
  return { nodes, edges }
}

const isAgent = ({ kind }: SpanView): boolean => kind === "run" || kind === "workflow"

const addTrace = (drafts: Drafts, { spans }: TraceView): void => {
  // The agent around each span: its parent comes before it.
  const around: Array<Draft<AgentNode> | undefined> = []
  for (const span of spans) {
    const outer = span.parent < 0 ? undefined : around[span.parent]
    const node = isAgent(span) ? addRun(drafts, span, outer) : outer
    around.push(node)
    if (node !== undefined) {
      count(node, span)
    }
  }
}

const addRun = (drafts: Drafts, span: SpanView, outer: Draft<AgentNode> | undefined): Draft<AgentNode> => {
  const node = nodeOf(drafts, span)
  const failed = span.state === "failure" ? 1 : 0
  node.runs++
  node.failed += failed
  add(node, span.usage, 1)
  if (outer !== undefined) {
    // The usage of a run includes that of the runs inside it.
    add(outer, span.usage, -1)
    const edge = edgeOf(drafts, outer, node)
    edge.count++
    edge.failed += failed
    add(edge, span.usage, 1)
  }
  return node
}

const add = (target: { tokens: number; costUsd: number }, usage: Usage, sign: 1 | -1): void => {
  target.tokens += sign * (usage.tokensIn + usage.tokensOut)
  target.costUsd = Math.max(0, target.costUsd + sign * (usage.costUsd ?? 0))
}

const count = (node: Draft<AgentNode>, span: SpanView): void => {
  node.modelCalls += span.kind === "model" ? 1 : 0
  if (span.kind === "tool") {
    node.toolCalls++
    node.failedTools += span.state === "failure" ? 1 : 0
  }
}

const nodeOf = ({ nodes }: Drafts, span: SpanView): Draft<AgentNode> => {
  const name = labelOf(span.kind, span.name, span.known).primary
  const key = `${span.kind} ${name}`
  const known = nodes.get(key)
  if (known !== undefined) {
    return known
  }
  const kind = span.kind === "workflow" ? "workflow" : "run"
  const zero = { runs: 0, failed: 0, modelCalls: 0, toolCalls: 0, failedTools: 0, tokens: 0, costUsd: 0, layer: 0 }
  const node: Draft<AgentNode> = { name, kind, ...zero, span }
  nodes.set(key, node)
  return node
}

const edgeOf = ({ edges }: Drafts, from: AgentNode, to: AgentNode): Draft<Delegation> => {
  const key = JSON.stringify([from.kind, from.name, to.kind, to.name])
  const known = edges.get(key)
  if (known !== undefined) {
    return known
  }
  const edge: Draft<Delegation> = { from, to, count: 0, failed: 0, tokens: 0, costUsd: 0 }
  edges.set(key, edge)
  return edge
}

/** Puts each agent one layer below the first that delegates to it. Among agents that only delegate to each other, the first that ran is on top. */
const setLayers = (nodes: ReadonlyArray<Draft<AgentNode>>, edges: ReadonlyArray<Delegation>): void => {
  const below = new Map<AgentNode, Array<Draft<AgentNode>>>()
  const delegated = new Set<AgentNode>()
  for (const { from, to } of edges) {
    below.set(from, [...below.get(from) ?? [], to])
    if (from !== to) {
      delegated.add(to)
    }
  }
  const seen = new Set<AgentNode>()
  for (const start of [...nodes.filter((node) => !delegated.has(node)), ...nodes]) {
    let layer = seen.has(start) ? [] : [start]
    for (let depth = 0; layer.length > 0; depth++) {
      layer.forEach((node) => {
        seen.add(node)
        node.layer = depth
      })
      layer = [...new Set(layer.flatMap((node) => below.get(node) ?? []))].filter((node) => !seen.has(node))
    }
  }
}
