/**
 * Lanes for spans that run in parallel: two spans share a lane only if one is nested in the other or they do not overlap.
 *
 * Trace viewers draw overlapping spans of one lane as nested calls, so parallel work needs lanes of its own. A span stays in its parent's lane if it
 * lies within the parent and no sibling is running there; otherwise it gets the first free lane after its parent's.
 */

/** When a span ran. `end` ≥ `start`, in any unit. */
export interface LaneSpan {
  readonly start: number
  readonly end: number
  /** The index of its parent in the same list, or -1. */
  readonly parent: number
}

/** The place of every span, by its index. */
export interface LanePlan {
  /** From 0. */
  readonly lanes: Uint32Array
  /** How many spans of the same lane it is nested in. */
  readonly depths: Uint32Array
}

/** Plans lanes for spans that are listed parents first. The number of lanes is not bounded: fifty thousand parallel spans get fifty thousand. */
export const planLanes = (spans: ReadonlyArray<LaneSpan>): LanePlan => {
  const planner = new Planner(spans)
  sortedBy(spans, ({ start }) => start).forEach((index) => planner.place(index))
  return planner
}

const sortedBy = (spans: ReadonlyArray<LaneSpan>, time: (span: LaneSpan) => number): Uint32Array => {
  const times = Float64Array.from(spans, time)
  return Uint32Array.from(spans, (_, index) => index).sort((a, b) => times[a]! - times[b]! || a - b)
}

class Planner implements LanePlan {
  readonly lanes: Uint32Array
  readonly depths: Uint32Array
  private readonly byEnd: Uint32Array
  /** How many of `byEnd` have ended. */
  private ended = 0
  /** The spans that are running in each lane, innermost last. */
  private readonly running: Array<Array<number>> = []
  /** Ascending. */
  private readonly free: Array<number> = []

  constructor(private readonly spans: ReadonlyArray<LaneSpan>) {
    this.lanes = new Uint32Array(spans.length)
    this.depths = new Uint32Array(spans.length)
    this.byEnd = sortedBy(spans, ({ end }) => end)
  }

  /** Places the next span in the order of starts. */
  place(index: number): void {
    const { end, parent, start } = this.spans[index]!
    this.freeLanes(start)
    const lane = this.nestingLane(index) ?? this.freeLane(parent < 0 ? 0 : this.lanes[parent]! + 1)
    const running = this.running[lane]!
    this.lanes[index] = lane
    this.depths[index] = running.push(index) - 1
    if (start === end && running.length === 1) {
      this.release(lane)
    }
  }

  /** The lane of the parent, if the span is nested in it and nothing else is running there. */
  private nestingLane(index: number): number | undefined {
    const { end, parent, start } = this.spans[index]!
    const lane = this.lanes[parent]
    const running = lane === undefined ? undefined : this.running[lane]
    if (running === undefined) {
      return undefined
    }
    while (running.length > 0 && running.at(-1) !== parent && this.spans[running.at(-1)!]!.end <= start) {
      running.pop()
    }
    return running.at(-1) === parent && end <= this.spans[parent]!.end ? lane : undefined
  }

  /** The first free lane that is not before `from`. */
  private freeLane(from: number): number {
    const at = this.placeOf(from)
    const lane = at < this.free.length ? this.free.splice(at, 1)[0]! : this.running.length
    this.running[lane] = []
    return lane
  }

  private release(lane: number): void {
    this.free.splice(this.placeOf(lane), 0, lane)
  }

  /** The index of a lane among the free ones, or the one to insert it at. */
  private placeOf(lane: number): number {
    let low = 0
    for (let high = this.free.length; low < high;) {
      const middle = (low + high) >>> 1
      if (this.free[middle]! < lane) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /** Frees the lanes whose outermost span has ended. A span without length frees its own when it is placed. */
  private freeLanes(now: number): void {
    for (let index = this.byEnd[this.ended]; index !== undefined && this.spans[index]!.end <= now;) {
      if (this.depths[index] === 0 && this.spans[index]!.start < this.spans[index]!.end) {
        this.release(this.lanes[index]!)
      }
      index = this.byEnd[++this.ended]
    }
  }
}
