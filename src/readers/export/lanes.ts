/**
 * Lanes for spans that run side by side: two spans share a lane only where one was started by the other and lies within it, or where they do not overlap.
 *
 * Trace viewers draw what is in one lane as nested, so that parallel work in one lane would look like calls that never were.
 */
import { nodes, type Visit } from "../TraceTree.js"
import type { TraceNode } from "../tree/TraceNode.js"

/** Spans that are under way in one lane, the innermost last. */
interface Lane {
  readonly index: number
  readonly stack: Array<TraceNode>
}

/**
 * A lane for each span below these roots, from 0: its parent's where it lies within the parent and beside no sibling there, else one that is free. A span that has not ended lasts until `end`.
 */
export const lanes = (roots: Iterable<TraceNode>, end: bigint): ReadonlyMap<TraceNode, number> => {
  const plan = new LanePlan(end)
  const inTime = [...nodes(roots)].map((visit, index) => ({ visit, index }))
    .sort((a, b) => compare(a.visit.node.start, b.visit.node.start) || a.index - b.index)
  const out = new Map<TraceNode, number>()
  for (const { visit } of inTime) {
    out.set(visit.node, plan.place(visit))
  }
  return out
}

class LanePlan {
  private readonly byNode = new Map<TraceNode, Lane>()
  private readonly all: Array<Lane> = []
  /** Lanes with something in them, by the end of what is outermost; the earliest first. */
  private readonly busy = new EarliestFirst()
  /** Lanes with nothing in them. */
  private readonly free: Array<Lane> = []

  constructor(private readonly end: bigint) {}

  place({ node, parent }: Visit): number {
    const home = parent === undefined ? undefined : this.byNode.get(parent)
    const lane = home !== undefined && this.fits(node, parent!, home) ? home : this.freeLane(node)
    lane.stack.push(node)
    this.byNode.set(node, lane)
    return lane.index
  }

  private endOf(node: TraceNode): bigint {
    return node.end ?? (this.end > node.start ? this.end : node.start)
  }

  private fits(node: TraceNode, parent: TraceNode, { stack }: Lane): boolean {
    while (stack.length > 0 && stack.at(-1) !== parent && this.endOf(stack.at(-1)!) <= node.start) {
      stack.pop()
    }
    return stack.at(-1) === parent && this.endOf(node) <= this.endOf(parent)
  }

  private freeLane(node: TraceNode): Lane {
    while (this.busy.earliest !== undefined && this.busy.earliest <= node.start) {
      const lane = this.busy.take()
      lane.stack.length = 0
      this.free.push(lane)
    }
    const lane = this.free.pop() ?? this.newLane()
    this.busy.add(lane, this.endOf(node))
    return lane
  }

  private newLane(): Lane {
    const lane = { index: this.all.length, stack: [] }
    this.all.push(lane)
    return lane
  }
}

/** A binary heap: fifty thousand spans side by side have fifty thousand lanes. */
class EarliestFirst {
  private readonly heap: Array<{ readonly lane: Lane; readonly end: bigint }> = []

  get earliest(): bigint | undefined {
    return this.heap[0]?.end
  }

  add(lane: Lane, end: bigint): void {
    const { heap } = this
    let at = heap.push({ lane, end }) - 1
    for (let above = (at - 1) >> 1; at > 0 && heap[above]!.end > heap[at]!.end; above = (at - 1) >> 1) {
      this.swap(at, above)
      at = above
    }
  }

  take(): Lane {
    const { heap } = this
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) {
      heap[0] = last
      this.sink()
    }
    return first.lane
  }

  private sink(): void {
    const { heap } = this
    for (let at = 0;;) {
      const left = 2 * at + 1
      const right = left + 1
      let least = left < heap.length && heap[left]!.end < heap[at]!.end ? left : at
      least = right < heap.length && heap[right]!.end < heap[least]!.end ? right : least
      if (least === at) {
        return
      }
      this.swap(at, least)
      at = least
    }
  }

  private swap(a: number, b: number): void {
    const { heap } = this
    const one = heap[a]!
    heap[a] = heap[b]!
    heap[b] = one
  }
}

const compare = (a: bigint, b: bigint): number => a < b ? -1 : a > b ? 1 : 0
