/**
 * Pairs an unordered list with recorded spans: first as many that fit as possible, then the most similar.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { Item, Prices, Step } from "./steps.js"
import { valueMatches } from "./values.js"

/** If a list does not match: the approximate number of failed checks before giving up. */
const mostChecked = 50_000

/** The approximate number of pairs that are compared to find the most similar. */
const mostCompared = 5_000

/** The recorded spans in their order, then the missing ones; `undefined` if they must match exactly and do not. */
export const alignUnordered = (
  items: ReadonlyArray<Item>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): ReadonlyArray<Step> | undefined => {
  const pairs = new Pairs(items, nodes, prices)
  return (prices.exact ? pairs.fitAll() : pairs.fitMost()) ? pairs.steps() : undefined
}

type Limit = "least" | "most"

/** The pairs found so far. Recorded spans are represented by their index. */
class Pairs {
  private readonly itemOf = new Map<number, Item>()
  private readonly taken = new Map<Item, number>()
  private readonly free: Set<number>
  /** The free spans by name. */
  private readonly freeNamed = new Map<string, Set<number>>()
  /** Spans that no exchange can free. */
  private readonly settled = new Set<number>()

  constructor(
    private readonly items: ReadonlyArray<Item>,
    private readonly nodes: ReadonlyArray<SpanNode>,
    private readonly prices: Prices
  ) {
    this.free = new Set(nodes.keys())
    for (const [node, { span: { name } }] of nodes.entries()) {
      this.freeNamed.set(name, (this.freeNamed.get(name) ?? new Set()).add(node))
    }
  }

  steps(): ReadonlyArray<Step> {
    const required = this.items.map((item) => Array.from({ length: item.least }, () => ({ item, node: undefined })))
    return [
      ...this.nodes.map((node, index) => ({ item: this.itemOf.get(index), node })),
      ...required.flatMap((steps, index) => steps.slice(this.taken.get(this.items[index]!)))
    ]
  }

  /** Whether all required items get spans that fit and, unless other spans are allowed, all spans get an item. */
  fitAll(): boolean {
    const others = this.prices.unexpected === 0
    const fitsSomewhere = (node: number) => this.items.some((item) => this.fits(item, node))
    return this.fill("least", this.takeFitting, 0) && (others || [...this.free].every(fitsSomewhere)) &&
      (this.fill("most", this.takeFitting) || others || this.free.size === 0)
  }

  /** Gives items spans that fit, then the most similar spans with the expected name, then the most similar with other names. */
  fitMost(): boolean {
    for (const take of [this.takeFitting, this.takeNearest(true), this.takeNearest(false)]) {
      const mostMisses = take === this.takeFitting ? mostChecked / (this.nodes.length + 1) : Infinity
      this.fill("least", take, mostMisses)
      this.fill("most", take, mostMisses)
    }
    return true
  }

  /** Lets items take spans up to a limit; stops when more than `mostMisses` items have too few. Returns whether all have enough. */
  private fill(limit: Limit, take: (item: Item, limit: Limit) => boolean, mostMisses = Infinity): boolean {
    let misses = 0
    for (const item of this.items) {
      let taken = this.taken.get(item) ?? 0
      while (taken < item[limit] && misses <= mostMisses && take(item, limit)) {
        taken++
      }
      this.taken.set(item, taken)
      misses += taken < item[limit] ? 1 : 0
    }
    return misses === 0
  }

  private fits(item: Item, node: number): boolean {
    return this.prices.fits(item, this.nodes[node]!)
  }

  private give(item: Item, node: number): true {
    this.itemOf.set(node, item)
    this.free.delete(node)
    this.freeNamed.get(this.nodes[node]!.span.name)?.delete(node)
    return true
  }

  private freeWhere(
    most: number,
    condition: (node: number) => boolean,
    among: Iterable<number> = this.free
  ): ReadonlyArray<number> {
    const found: Array<number> = []
    for (const node of among) {
      if (condition(node) && found.push(node) >= most) {
        break
      }
    }
    return found
  }

  /** Maximum bipartite matching with augmenting paths (C. Berge, 1957); breadth first, because a path can be long. */
  private readonly takeFitting = (item: Item): boolean => {
    const wantedBy = new Map<number, Item>()
    const gives = new Map<Item, number>()
    const queue = [item]
    for (const wanting of queue) {
      const [free] = this.freeWhere(1, (node) => this.fits(wanting, node))
      if (free !== undefined) {
        wantedBy.set(free, wanting)
        for (let node: number | undefined = free; node !== undefined; node = gives.get(wantedBy.get(node)!)) {
          this.give(wantedBy.get(node)!, node)
        }
        return true
      }
      for (const [node, holder] of this.itemOf) {
        if (!wantedBy.has(node) && !this.settled.has(node) && this.fits(wanting, node)) {
          wantedBy.set(node, wanting)
          if (holder !== item && !gives.has(holder)) {
            gives.set(holder, node)
            queue.push(holder)
          }
        }
      }
    }
    wantedBy.forEach((_, node) => this.settled.add(node))
    return false
  }

  private readonly takeNearest = (sameName: boolean) => (item: Item, limit: Limit): boolean => {
    const { name } = item.expectation
    const isNamed = (node: number) => valueMatches(name, this.nodes[node]!.span.name) === sameName
    const most = Math.max(1, mostCompared / this.items.length)
    const among = sameName && typeof name === "string" ? this.freeNamed.get(name) ?? [] : this.free
    const [nearest] = this.freeWhere(most, isNamed, among)
      .map((node) => ({ node, price: this.prices.pair(item, this.nodes[node]!, limit === "least") }))
      .filter(({ price }) => price < Infinity)
      .sort((a, b) => a.price - b.price)
    return nearest !== undefined && this.give(item, nearest.node)
  }
}
