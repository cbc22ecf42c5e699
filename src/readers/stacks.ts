/**
 * Sums the weights of collapsed stacks, trace by trace.
 */
import { escapeText } from "../records/terminal/escape.js"
import { label, nodes } from "./TraceTree.js"
import { endOf, type Trace, type TraceNode } from "./tree/TraceNode.js"
import type { NodeUsage, Usage } from "./usage/treeUsage.js"

/** How stacks are weighted. */
export type Weight = "time" | "tokens" | "cost"

export class Stacks {
  private readonly sums = new Map<string, number>()

  constructor(private readonly weight: Weight) {}

  /** Adds a trace. Its usage is needed unless the weight is time. */
  add(trace: Trace, usage: Pick<NodeUsage, "of"> | undefined): void {
    // A stack is its parent's plus one frame, so no text is built twice.
    const stacks: Array<string> = []
    for (const { depth, node } of nodes(trace.roots)) {
      const level = Math.min(depth, deepest)
      const own = frame(label(node))
      const stack = level === 0 ? own : depth > deepest ? stacks[level]! : `${stacks[level - 1]!};${own}`
      stacks[level] = stack
      this.put(stack, usage === undefined ? selfTime(node, trace.end) : amountOf(usage.of(node), this.weight))
    }
  }

  /** The lines without newlines, heaviest first. `total` is the usage of all traces and of measurements outside any. Call it once, at the end. */
  lines(total: Usage | undefined): ReadonlyArray<string> {
    if (total !== undefined) {
      const placed = [...this.sums.values()].reduce((sum, amount) => sum + amount, 0)
      this.put("(no span)", amountOf(total, this.weight) - placed)
    }
    return [...this.sums]
      .map(([stack, amount]) => [stack, Math.round(amount)] as const)
      .filter(([, amount]) => amount > 0)
      .sort((a, b) => b[1] - a[1])
      .map(([stack, amount]) => `${stack} ${amount}`)
  }

  private put(stack: string, amount: number): void {
    this.sums.set(stack, (this.sums.get(stack) ?? 0) + amount)
  }
}

/** Deeper spans count for their ancestor at this level; otherwise a chain of spans would make lines of a megabyte. */
const deepest = 500

/** A name as a frame: on one line and without separators. */
const frame = (name: string): string => escapeText(name).replaceAll(";", ":")

const amountOf = ({ costUsd, tokensIn, tokensOut }: Usage, weight: Weight): number =>
  weight === "tokens" ? tokensIn + tokensOut : (costUsd ?? 0) * 1_000_000

/** Microseconds during which the span ran and none of its children did. */
const selfTime = (node: TraceNode, last: bigint): number => {
  const end = endOf(node, last)
  let covered = BigInt(0)
  let upTo = node.start
  for (const child of node.children) {
    const from = child.start > upTo ? child.start : upTo
    const to = endOf(child, last) < end ? endOf(child, last) : end
    if (to > from) {
      covered += to - from
      upTo = to
    }
  }
  return Number(end - node.start - covered) / 1000
}
