/**
 * Aligns an ordered list with recorded spans at the lowest cost, as a text diff does. Follows only paths that can still be the cheapest.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { Item, Prices, Step } from "./steps.js"

/** A point of the search, which runs from the end of both lists to their beginning. */
interface State {
  /** How many items are left, and how many spans were paired with the last of them. */
  readonly items: number
  readonly taken: number
  /** How many recorded spans are left. */
  readonly nodes: number
  /** The cost from here to the end of the lists, and the path there. */
  readonly cost: number
  readonly step?: Step | undefined
  readonly next?: State
  /** The preference among equal costs: pairs first, then missing spans, then unexpected ones. */
  readonly rank: number
}

/** The cheapest alignment, or a good one if the search takes too long; `undefined` if no alignment is allowed. */
export const alignOrdered = (
  items: ReadonlyArray<Item>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): ReadonlyArray<Step> | undefined => {
  const best = new Map<number, State>()
  const byCost = new Map<number, Array<State>>()
  let furthest: State = { items: items.length, taken: 0, nodes: nodes.length, cost: 0, rank: 0 }
  const reach = (state: State) => {
    const key = (state.items * (nodes.length + 2) + state.taken) * (nodes.length + 2) + state.nodes
    const known = best.get(key)
    if (known === undefined || state.cost < known.cost) {
      best.set(key, state)
      const states = byCost.get(state.cost)
      if (states === undefined) {
        byCost.set(state.cost, [state])
      } else {
        states.push(state)
      }
      const ahead = left(furthest) - left(state)
      furthest = ahead > 0 || (ahead === 0 && state.cost < furthest.cost) ? state : furthest
    } else if (state.cost === known.cost && state.rank > known.rank) {
      Object.assign(known, state)
    }
  }
  reach(furthest)
  for (let cost = 0; cost < Infinity && (left(furthest) > 0 || furthest.cost >= cost); cost = leastOf(byCost.keys())) {
    const states = byCost.get(cost)!
    for (let state = states.pop(); state !== undefined; state = states.pop()) {
      if (prices.exact ? left(furthest) === 0 : !prices.mayLook()) {
        while (left(furthest) > 0) {
          furthest = movesFrom(furthest, items, nodes, prices).at(-1)!
        }
        return stepsFrom(furthest)
      }
      movesFrom(state, items, nodes, prices).forEach(reach)
    }
    byCost.delete(cost)
  }
  return left(furthest) > 0 ? undefined : stepsFrom(furthest)
}

const leastOf = (costs: Iterable<number>): number => {
  let least = Infinity
  for (const cost of costs) {
    least = Math.min(least, cost)
  }
  return least
}

const left = ({ items, nodes }: State): number => items + nodes

/** All allowed moves, the most promising last. */
const movesFrom = (
  from: State,
  items: ReadonlyArray<Item>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): ReadonlyArray<State> => {
  const moves: Array<State> = []
  const move = (rank: number, price: number, to: Partial<State>, step?: Step) =>
    price < Infinity && moves.push({ ...from, ...to, cost: from.cost + price, step, next: from, rank })
  const [item, node] = [items[from.items - 1], nodes[from.nodes - 1]]
  const required = item !== undefined && from.taken < item.least
  const pair = item && node && from.taken < item.most ? prices.pair(item, node, required) : Infinity
  // Without an upper limit, it only matters how often an item was taken up to its lower limit.
  const taken = Math.min(from.taken + 1, item?.most === Infinity ? item.least : Infinity)
  const oneMore = item !== undefined && taken >= item.most ? { items: from.items - 1, taken: 0 } : { taken }
  // An exact alignment always takes a required span that fits.
  if (pair > 0 || !required || !prices.exact) {
    move(0, node ? prices.unexpected : Infinity, { nodes: from.nodes - 1 }, { item: undefined, node })
    if (required) {
      move(1, prices.missing(item), oneMore, { item, node: undefined })
    } else {
      move(1, item ? 0 : Infinity, { items: from.items - 1, taken: 0 })
    }
  }
  move(2, pair, { ...oneMore, nodes: from.nodes - 1 }, { item, node })
  return moves
}

const stepsFrom = (start: State): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  for (let state: State | undefined = start; state !== undefined; state = state.next) {
    if (state.step !== undefined) {
      steps.push(state.step)
    }
  }
  return steps
}
