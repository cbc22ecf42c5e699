/**
 * Exports trees as collapsed stacks, the input of flame graphs: `a;b;c 123`, the weight of a span without those below it.
 *
 * Weights are whole numbers: microseconds, tokens (in and out), or millionths of a US dollar. A span's time is what it spent while none of its children ran,
 * so parallel children are not subtracted twice. Measurements outside any span are listed as `(no span)`.
 */
import { escapeText } from "../records/terminal/escape.js"
import { label, nodes } from "./TraceTree.js"
import { endOf, type TraceForest, type TraceNode } from "./tree/TraceNode.js"
import { type Usage, usageOfForest } from "./usage/treeUsage.js"

/** How stacks are weighted. */
export type Weight = "time" | "tokens" | "cost"

/** The lines without newlines, heaviest first. Stacks without weight are left out. */
export const lines = (forest: TraceForest, weight: Weight): ReadonlyArray<string> => {
  const sums = new Map<string, number>()
  const add = (stack: string, amount: number): void => {
    sums.set(stack, (sums.get(stack) ?? 0) + amount)
  }
  const usage = weight === "time" ? undefined : usageOfForest(forest)
  for (const trace of forest.traces) {
    // A stack is its parent's plus one frame: no text is built twice.
    const stacks: Array<string> = []
    for (const { depth, node } of nodes(trace.roots)) {
      const level = Math.min(depth, deepest)
      const own = frame(label(node))
      const stack = level === 0 ? own : depth > deepest ? stacks[level]! : `${stacks[level - 1]!};${own}`
      stacks[level] = stack
      add(stack, usage === undefined ? selfTime(node, trace.end) : amountOf(usage.of(node), weight))
    }
  }
  if (usage !== undefined) {
    const placed = [...sums.values()].reduce((sum, amount) => sum + amount, 0)
    add("(no span)", amountOf(usage.total, weight) - placed)
  }
  return [...sums]
    .map(([stack, amount]) => [stack, Math.round(amount)] as const)
    .filter(([, amount]) => amount > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([stack, amount]) => `${stack} ${amount}`)
}

/** Deeper spans count for their ancestor at this level; otherwise a chain of spans would give lines of a megabyte. */
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
