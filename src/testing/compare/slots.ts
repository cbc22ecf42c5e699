/**
 * The places that a list of expected spans has: one for each time that a span is expected.
 */
import { rangeOf, type SpanExpectation, type SpanList } from "../SpanExpectation.js"

/** A place for one recorded span, or for any number of them. */
export interface Slot {
  readonly expectation: SpanExpectation
  /** Which span of the list it belongs to. */
  readonly item: number
  /** Whether something must be there. */
  readonly required: boolean
  /** Whether it can be taken again and again. */
  readonly again: boolean
}

/**
 * The places for as many spans as were recorded. There are not more than can be taken, and one that cannot, so that what is missing shows.
 */
export const slotsOf = ({ ordered, spans }: SpanList, recorded: number): ReadonlyArray<Slot> =>
  spans.flatMap((expectation, item) => {
    const [least, most] = rangeOf(expectation)
    const slot = (required: boolean, again: boolean): Slot => ({ expectation, item, required, again })
    const must = repeat(slot(true, false), Math.min(least, recorded + 1))
    return most === Infinity && ordered
      ? [...must, slot(false, true)]
      : [...must, ...repeat(slot(false, false), Math.min(most - least, recorded))]
  })

const repeat = (slot: Slot, count: number): ReadonlyArray<Slot> => Array.from({ length: count }, () => slot)
