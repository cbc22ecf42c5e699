/**
 * The alignment of lists in which order does not count: an assignment with the least that is wrong.
 *
 * Up to a bound it is the best there is. Beyond it, what is as expected is matched first, as much of it as can be, and only the rest is
 * assigned: whether lists are as expected is always found out, the smallest difference is not.
 */
import type { SpanNode } from "../../records/spanTree.js"
import { type Alignment, priced, type Prices } from "./Alignment.js"
import { leastCost, mostPairs } from "./assignment.js"
import type { Slot } from "./slots.js"

/** Places and spans together that are assigned as a whole; it takes their third power of steps. */
const mostAssigned = 300

/** The cheapest alignment: spans in their order, then the places that stay empty. */
export const alignUnordered = (
  slots: ReadonlyArray<Slot>,
  nodes: ReadonlyArray<SpanNode>,
  prices: Prices
): Alignment => {
  const places = [...slots.filter((slot) => slot.required), ...slots.filter((slot) => !slot.required)]
  const placeOf = places.length + nodes.length <= mostAssigned
    ? assigned(places, nodes, prices)
    : exactFirst(places, nodes, prices)
  const taken = new Set(placeOf)
  const steps = [
    ...nodes.map((node, index) => ({ slot: places[placeOf[index]!], node })),
    ...places.filter((_, place) => !taken.has(place)).map((slot) => ({ slot, node: undefined }))
  ]
  return priced(steps, prices, false)
}

/** For each span its place, or -1. */
type Places = ReadonlyArray<number>

/** Each place may stay empty and each span be without one: to a square table both are added, at what they cost. */
const assigned = (places: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>, prices: Prices): Places => {
  const missing = places.map(prices.missing)
  const other = nodes.map(prices.other)
  const columnOf = leastCost(places.length + nodes.length, (row, column) => {
    const [place, node] = [places[row], nodes[column]]
    return place === undefined
      ? node === undefined ? 0 : other[column]!
      : node === undefined
      ? missing[row]!
      : prices.pair(place, node)
  })
  const placeOf = nodes.map(() => -1)
  columnOf.slice(0, places.length).forEach((column, row) => column < nodes.length && (placeOf[column] = row))
  return placeOf
}

const exactFirst = (places: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>, prices: Prices): Places => {
  const placeOf = nodes.map(() => -1)
  const exact = mostPairs(places.length, nodes.length, (place, node) => prices.pair(places[place]!, nodes[node]!) === 0)
  exact.forEach((node, place) => node >= 0 && (placeOf[node] = place))
  const freePlaces = [...places.keys()].filter((place) => exact[place] === -1 && places[place]!.required)
  const freeNodes = [...nodes.keys()].filter((node) => placeOf[node] === -1)
  const rest = [freePlaces.map((place) => places[place]!), freeNodes.map((node) => nodes[node]!)] as const
  const assign = freePlaces.length + freeNodes.length <= mostAssigned ? assigned : firstThatWillDo
  assign(...rest, prices).forEach((place, node) => place >= 0 && (placeOf[freeNodes[node]!] = freePlaces[place]!))
  return placeOf
}

/** Any place in which the span is better than outside. */
const firstThatWillDo = (places: ReadonlyArray<Slot>, nodes: ReadonlyArray<SpanNode>, prices: Prices): Places => {
  const free = new Set(places.keys())
  return nodes.map((node) => {
    for (const place of free) {
      const slot = places[place]!
      if (prices.pair(slot, node) < prices.missing(slot) + prices.other(node)) {
        free.delete(place)
        return place
      }
    }
    return -1
  })
}
