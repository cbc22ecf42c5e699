/**
 * The alignment of lists in which order counts: as two texts are aligned by the least number of edits.
 *
 * What is the same at both ends is taken at once, so that long lists with few differences cost little. What is left is aligned exactly
 * up to a bound; beyond it from left to right, which finds every list that is as expected, but not always the smallest difference.
 */
import type { SpanNode } from "../../records/spanTree.js"
import { type Alignment, oneMove, priced, type Prices, type Step } from "./Alignment.js"
import type { Slot } from "./slots.js"

/** Places times spans that are aligned exactly: two lists of five hundred that have nothing in common, well below a second. */
const mostCells = 250_000

/** The cheapest alignment. */
export const alignOrdered = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): Alignment => {
  const head = sameFromStart(slots, nodes, prices)
  const tail = sameFromEnd(slots, nodes, prices, head)
  const slotsBetween = slots.slice(head, slots.length - tail)
  const nodesBetween = nodes.slice(head, nodes.length - tail)
  const align = slotsBetween.length * nodesBetween.length <= mostCells ? cheapest : leftToRight
  const { steps, ...between } = align(slotsBetween, nodesBetween, prices)
  return {
    ...between,
    steps: [
      ...paired(slots.slice(0, head), nodes.slice(0, head)),
      ...steps,
      ...paired(slots.slice(slots.length - tail), nodes.slice(nodes.length - tail))
    ]
  }
}

const paired = (slots: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>): ReadonlyArray<Step> =>
  slots.map((slot, index) => ({ slot, node: nodes[index] }))

const isSame = (slot: Slot | undefined, node: SpanNode | undefined, prices: Prices): boolean =>
  slot !== undefined && node !== undefined && slot.required && prices.pair(slot, node) === 0

const sameFromStart = (slots: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>, prices: Prices): number => {
  let count = 0
  while (isSame(slots[count], nodes[count], prices)) {
    count++
  }
  return count
}

const sameFromEnd = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices,
  head: number
): number => {
  const most = Math.min(slots.length, nodes.length) - head
  let count = 0
  while (count < most && isSame(slots.at(-1 - count), nodes.at(-1 - count), prices)) {
    count++
  }
  return count
}

/** The cheaper one of two: without thought of moves, and with moves made wherever they can be. */
const cheapest = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): Alignment => {
  const plain = priced(leastEdits(slots, nodes, prices), prices, true)
  if (plain.cost <= oneMove) {
    return plain
  }
  const moving = priced(leastEdits(slots, nodes, withMoves(slots, nodes, prices)), prices, true)
  return moving.cost < plain.cost ? moving : plain
}

/** The steps that cost least, each taken for itself. */
const leastEdits = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): ReadonlyArray<Step> => {
  const width = nodes.length + 1
  // What the places and the spans from here on cost at least.
  const rest = new Float64Array((slots.length + 1) * width)
  const costOfEdit: CostOfEdit = (edit, slot, node) =>
    editCost(edit, slots[slot], nodes[node], prices) + (rest[
      (slot + rowsOf(edit, slots[slot])) * width +
      node + (edit === "missing" ? 0 : 1)
    ] ?? 0)
  for (let slot = slots.length; slot >= 0; slot--) {
    for (let node = nodes.length; node >= 0; node--) {
      const least = Math.min(...edits.map((edit) => costOfEdit(edit, slot, node)))
      rest[slot * width + node] = least === Infinity ? 0 : least
    }
  }
  return follow(slots, nodes, costOfEdit)
}

/** The prices at which a span that is as expected, only elsewhere, costs no more than its move. */
const withMoves = (slots: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>, prices: Prices): Prices => {
  const elsewhere = new Set<Slot | SpanNode>()
  for (const slot of slots.filter(({ required }) => required)) {
    for (const node of nodes) {
      if (prices.pair(slot, node) === 0) {
        elsewhere.add(slot).add(node)
      }
    }
  }
  const oneEnd = (what: Slot | SpanNode, cost: number) => elsewhere.has(what) ? Math.min(cost, oneMove / 2) : cost
  return {
    pair: prices.pair,
    missing: (slot) => oneEnd(slot, prices.missing(slot)),
    other: (node) => oneEnd(node, prices.other(node))
  }
}

/** A span takes a place, a place stays empty, a span has no place. Where two cost the same, the earlier one here is made. */
const edits = ["pair", "missing", "other"] as const

type Edit = typeof edits[number]

type CostOfEdit = (edit: Edit, slot: number, node: number) => number

const rowsOf = (edit: Edit, slot: Slot | undefined): 0 | 1 =>
  edit === "other" || (edit === "pair" && slot?.again === true) ? 0 : 1

/** `Infinity` where the edit cannot be made. */
const editCost = (edit: Edit, slot: Slot | undefined, node: SpanNode | undefined, prices: Prices): number => {
  if (edit === "pair") {
    return slot === undefined || node === undefined ? Infinity : prices.pair(slot, node)
  }
  return edit === "missing"
    ? slot === undefined ? Infinity : prices.missing(slot)
    : node === undefined
    ? Infinity
    : prices.other(node)
}

const follow = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  costOfEdit: CostOfEdit
): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  let [slot, node] = [0, 0]
  while (slot < slots.length || node < nodes.length) {
    const cost = (edit: Edit) => costOfEdit(edit, slot, node)
    const best = edits.reduce((least, edit) => cost(edit) < cost(least) ? edit : least)
    steps.push({
      slot: best === "other" ? undefined : slots[slot],
      node: best === "missing" ? undefined : nodes[node]
    })
    slot += rowsOf(best, slots[slot])
    node += best === "missing" ? 0 : 1
  }
  return steps
}

/** Takes what fits, in its order; what does not fit is passed over where it may be, and else stands where it is expected. */
const leftToRight = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): Alignment => {
  const steps: Array<Step> = []
  let at = 0
  for (const node of nodes) {
    while (at < slots.length && !slots[at]!.required && prices.pair(slots[at]!, node) > 0) {
      at++
    }
    const slot = slots[at]
    const stands = slot !== undefined && (prices.pair(slot, node) === 0 || prices.other(node) > 0)
    steps.push({ slot: stands ? slot : undefined, node })
    at += stands && !slot.again ? 1 : 0
  }
  return priced([...steps, ...slots.slice(at).map((slot) => ({ slot, node: undefined }))], prices, true)
}
