/**
 * Finds the traces that started last, in one pass over the records and bounded memory.
 *
 * Only the newest traces are kept, each with its first known instant. Records may come in any order, so a dropped trace may come back with a later
 * record and look newer than it is: compare the starts with those of the whole traces. A second pass after `keepThese` gives the exact starts.
 */
import { isoFromNanos } from "../../records/instants.js"
import { comparable, type Facts } from "../../records/wire/facts.js"

/** Instants are strings that sort by time. */
interface Times {
  readonly id: string
  /** Of spans and measurements. */
  start: string | undefined
  /** Of the first score: it counts only if there is nothing else. */
  scored: string | undefined
}

/**
 * Up to this many traces that start in the same microsecond are ordered by nanoseconds and place in the file; beyond that, the last to arrive are the
 * newest.
 */
const mostTied = 1000

const startOf = ({ scored, start }: Times): string => start ?? scored ?? ""

export class NewestTraces {
  private readonly traces = new Map<string, Times>()
  /** The latest start of a trace that was dropped. */
  private dropped = ""
  private closed = false
  private last: Times | undefined = undefined

  /** Keeps at least `most` traces, at most twice as many. Only ids that start with `prefix` count. */
  constructor(private readonly most: number, private readonly prefix = "") {}

  add(facts: Facts): void {
    switch (facts.kind) {
      case "span":
      case "span_start":
        return this.see(facts.traceId, facts.startedAt)
      case "metric":
        return facts.traceId === undefined ? undefined : this.see(facts.traceId, facts.emittedAt)
      case "score": {
        const time = isoFromNanos(facts.score.time)
        const trace = this.at(facts.score.traceId, time)
        if (trace !== undefined) {
          trace.scored ??= time
        }
      }
    }
  }

  /** The ids and starts of the `count` traces that started last, and of some that seem to have started together with the first of them. */
  newest(count: number): ReadonlyMap<string, string> {
    const sorted = this.sorted()
    const first = sorted.at(-count)
    const tied = first === undefined ? 0 : sorted.findIndex((each) => startOf(each) === startOf(first))
    const from = Math.max(tied, sorted.length - count - mostTied)
    return new Map(count === 0 ? [] : sorted.slice(from).map((each) => [each.id, startOf(each)]))
  }

  /** Whether none of the dropped traces started after one of the `count` newest. */
  isSure(count: number): boolean {
    const first = this.sorted().at(-count)
    return this.dropped === "" || count === 0 || (first !== undefined && startOf(first) >= this.dropped)
  }

  /** Whether no further traces are accepted, so that the starts are exact. */
  get isClosed(): boolean {
    return this.closed
  }

  /** Forgets all times but keeps the traces: the next pass over the same records gives their exact starts. */
  keepThese(): void {
    this.closed = true
    for (const trace of this.traces.values()) {
      trace.start = undefined
      trace.scored = undefined
    }
  }

  private see(id: string, written: string): void {
    const time = comparable(written)
    const trace = this.at(id, time)
    if (trace !== undefined && (trace.start === undefined || time < trace.start)) {
      trace.start = time
    }
  }

  /** The trace; `undefined` if it is not one of the newest. */
  private at(id: string, time: string): Times | undefined {
    if (this.last?.id !== id) {
      this.last = this.traces.get(id) ?? this.begin(id, time)
    }
    return this.last
  }

  private begin(id: string, time: string): Times | undefined {
    if (this.closed || time < this.dropped || !id.startsWith(this.prefix)) {
      return undefined
    }
    if (this.traces.size >= 2 * this.most) {
      this.dropOldest()
    }
    const trace = { id, start: undefined, scored: undefined }
    this.traces.set(id, trace)
    return trace
  }

  private dropOldest(): void {
    const sorted = this.sorted()
    for (const trace of sorted.slice(0, sorted.length - this.most)) {
      const start = startOf(trace)
      this.dropped = start > this.dropped ? start : this.dropped
      this.traces.delete(trace.id)
    }
    this.last = undefined
  }

  private sorted(): ReadonlyArray<Times> {
    return [...this.traces.values()].sort((a, b) => startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0)
  }
}
