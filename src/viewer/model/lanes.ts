/**
 * Which spans ran side by side: how many at once, and in which lane each is drawn so that no two overlap.
 *
 * A lane is a line of the overview above the waterfall. Times are milliseconds since the trace began. The trap: a trace may hold fifty thousand
 * siblings that all overlap, so lanes are bounded and what does not fit shares the last one.
 */

/** When something ran, in milliseconds; `end` ≥ `start`. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** Records are written in microseconds: two times that are nearer than one of these are the same, in milliseconds. */
const grain = 0.001

/** The most intervals that ran at the same time. One that begins when another ends is not side by side with it. */
export const concurrency = (intervals: ReadonlyArray<Interval>): number => {
  const starts = Float64Array.from(intervals, ({ start }) => start).sort()
  const ends = Float64Array.from(intervals, ({ end }) => end).sort()
  let running = 0
  let most = 0
  let ended = 0
  for (const start of starts) {
    // An interval without length ends where it starts: it ran, but beside nothing.
    while (ended < ends.length && ends[ended]! <= start + grain && running > 0) {
      ended++
      running--
    }
    most = Math.max(most, ++running)
  }
  return most
}

/** A span as the lanes see it: `parent` is the index of its parent in the same list, or -1. */
export interface LaneSpan extends Interval {
  readonly parent: number
}

/**
 * A lane for every span, from 0, always below its parent's: the first that is free when it starts, at most `most` lanes.
 */
export const assignLanes = (spans: ReadonlyArray<LaneSpan>, most: number): Uint16Array => {
  const lanes = new Uint16Array(spans.length)
  const freeAt = new Float64Array(most).fill(-Infinity)
  for (const index of byStart(spans)) {
    const span = spans[index]!
    const lowest = span.parent < 0 ? 0 : Math.min(lanes[span.parent]! + 1, most - 1)
    const lane = firstFree(freeAt, lowest, span.start)
    lanes[index] = lane
    freeAt[lane] = Math.max(freeAt[lane]!, span.end)
  }
  return lanes
}

// Of spans that start together the parent comes first: it stands before its children in the list.
const byStart = (spans: ReadonlyArray<LaneSpan>): Uint32Array =>
  Uint32Array.from(spans, (_, index) => index).sort((a, b) => spans[a]!.start - spans[b]!.start || a - b)

const firstFree = (freeAt: Float64Array, lowest: number, start: number): number => {
  for (let lane = lowest; lane < freeAt.length; lane++) {
    if (freeAt[lane]! <= start + grain) {
      return lane
    }
  }
  return freeAt.length - 1
}
