/**
 * Records where the lines of each trace are, and in which order the traces started, in about 70 bytes per trace, so that traces of a file of any size
 * can be read one by one.
 *
 * Consecutive lines of a trace form one range. Starts are compared to the microsecond; traces that started in the same one are in the order of their
 * first records.
 */
import { isoFromNanos } from "../../records/instants.js"
import { comparable, type Facts } from "../../records/wire/facts.js"
import { Column } from "./Column.js"
import { TraceIds } from "./TraceIds.js"

/** Consecutive lines. */
export interface LineRange {
  /** Bytes, from the start of the first file. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
  /** The number of the first line in its file, from 1. */
  readonly line: number
}

/** In bytes. Lengths are stored in 32 bits, and one line may add many millions. */
const longestRange = 2 ** 31

/** Microseconds since the epoch, from a text that `comparable` returns. */
const microsOf = (time: string): number => Date.parse(`${time.slice(0, 19)}Z`) * 1000 + Number(time.slice(20, 26))

export class TraceIndex {
  private readonly ids = new TraceIds()
  private readonly starts = Column.float64()
  /** 1 where the start is that of a span or a measurement; a score's time counts only if there is nothing else. */
  private readonly isKnown = Column.whole32()
  private readonly first = Column.whole32()
  private readonly last = Column.whole32()
  private readonly offsets = Column.float64()
  private readonly lengths = Column.whole32()
  private readonly lines = Column.whole32()
  /** The next range of the same trace, plus one. */
  private readonly next = Column.whole32()
  /** The ranges that the current line belongs to. */
  private readonly open = new Set<number>()
  private current = { offset: 0, line: 0 }

  /** Only traces whose ids start with `prefix` are indexed. */
  constructor(private readonly prefix = "") {}

  get size(): number {
    return this.ids.size
  }

  /** Begins a line. `offset` is counted from the start of the first file, `line` from 1 in its own. */
  line(offset: number, line: number): void {
    this.end(offset)
    this.current = { offset, line }
  }

  /** Adds a record of the current line. */
  add(facts: Facts): void {
    switch (facts.kind) {
      case "span":
      case "span_start":
        return this.see(facts.traceId, facts.startedAt, true)
      case "metric":
        return facts.traceId === undefined ? undefined : this.see(facts.traceId, facts.emittedAt, true)
      case "score":
        return this.see(facts.score.traceId, isoFromNanos(facts.score.time), false)
    }
  }

  /** Ends the last line at this offset. */
  end(offset: number): void {
    for (const range of this.open) {
      this.lengths.set(range, offset - this.offsets.get(range))
    }
    this.open.clear()
  }

  /** The numbers of the traces, in the order in which they started. */
  ordered(): Uint32Array {
    const { starts } = this
    return Uint32Array.from({ length: this.size }, (_, number) => number)
      .sort((a, b) => starts.get(a) - starts.get(b) || a - b)
  }

  /** The number of a trace; `undefined` if it is not indexed. */
  find(traceId: string): number | undefined {
    return this.ids.find(traceId)
  }

  /** Where the records of a trace are, in the order of the files. */
  *ranges(trace: number): Iterable<LineRange> {
    for (let range: number = this.first.get(trace) + 1; range > 0; range = this.next.get(range - 1)) {
      const at = range - 1
      yield { offset: this.offsets.get(at), length: this.lengths.get(at), line: this.lines.get(at) }
    }
  }

  private see(id: string, written: string, isKnown: boolean): void {
    if (!id.startsWith(this.prefix)) {
      return
    }
    const time = microsOf(comparable(written))
    const before = this.size
    const trace = this.ids.add(id)
    if (trace === before) {
      this.starts.push(time)
      this.isKnown.push(isKnown ? 1 : 0)
      this.first.push(this.begin())
      this.last.push(this.first.get(trace))
      return
    }
    const wasKnown = this.isKnown.get(trace) === 1
    if (isKnown && (!wasKnown || time < this.starts.get(trace))) {
      this.starts.set(trace, time)
      this.isKnown.set(trace, 1)
    }
    this.continue(trace)
  }

  /** Adds the current line to a trace: to its last range if that ends where the line begins, otherwise as a new range. */
  private continue(trace: number): void {
    const range = this.last.get(trace)
    if (this.open.has(range)) {
      return
    }
    const length = this.lengths.get(range)
    const isNext = this.offsets.get(range) + length === this.current.offset && this.current.line > this.lines.get(range)
    if (isNext && length < longestRange) {
      this.open.add(range)
    } else {
      const made = this.begin()
      this.next.set(range, made + 1)
      this.last.set(trace, made)
    }
  }

  private begin(): number {
    const range = this.offsets.length
    this.offsets.push(this.current.offset)
    this.lengths.push(0)
    this.lines.push(this.current.line)
    this.next.push(0)
    this.open.add(range)
    return range
  }
}
