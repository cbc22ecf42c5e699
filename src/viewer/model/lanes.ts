/**
 * Finds which spans ran in parallel: how many at once, and in which row of the overview each is drawn.
 *
 * Times are milliseconds since the trace started. The trap: a trace may hold fifty thousand overlapping siblings, so rows are bounded and whatever does not
 * fit shares the last one.
 */
import { type LaneSpan, planLanes } from "../../readers/lanes.js"

/** When something ran, in milliseconds; `end` ≥ `start`. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** One microsecond, in milliseconds. Files hold no finer times, so closer ones count as equal. */
const grain = 0.001

/** The most intervals that ran at the same time. An interval that starts when another ends is not parallel to it. */
export const concurrency = (intervals: ReadonlyArray<Interval>): number => {
  const starts = Float64Array.from(intervals, ({ start }) => start).sort()
  const ends = Float64Array.from(intervals, ({ end }) => end).sort()
  let running = 0
  let most = 0
  let ended = 0
  for (const start of starts) {
    // An interval without length ends where it starts: it counts as one, but parallel to nothing.
    while (ended < ends.length && ends[ended]! <= start + grain && running > 0) {
      ended++
      running--
    }
    most = Math.max(most, ++running)
  }
  return most
}

/**
 * The row of every span, from 0 and always below its parent's: a lane has one row for each level of nesting in it. At most `maxRows` rows.
 */
export const overviewRows = (spans: ReadonlyArray<LaneSpan>, maxRows: number): Uint16Array => {
  const { depths, lanes } = planLanes(
    spans.map(({ end, parent, start }) => ({ start: micros(start), end: micros(end), parent }))
  )
  const heights: Array<number> = []
  lanes.forEach((lane, index) => {
    heights[lane] = Math.max(heights[lane] ?? 0, depths[index]! + 1)
  })
  let top = 0
  const tops = heights.map((height) => (top += height) - height)
  return Uint16Array.from(lanes, (lane, index) => Math.min(tops[lane]! + depths[index]!, maxRows - 1))
}

// Files hold whole microseconds: finer differences are not parallel work.
const micros = (ms: number): number => Math.round(ms * 1000)
