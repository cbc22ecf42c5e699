/**
 * The records of a command's files, trace by trace. One pass records where the lines of each trace are, in about 70 bytes per trace; then each is
 * read from there.
 *
 * The trap: the memory for one trace grows with its spans.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { takeFacts } from "../../readers/lineFacts.js"
import { TraceIndex } from "../../readers/selection/TraceIndex.js"
import { brokenEntry, decodeEntries, type RecordEntry, type TraceEntry } from "../../readers/TraceEntry.js"
import { Amounts } from "../../readers/usage/Amounts.js"
import { quantityOf } from "../../readers/usage/measures.js"
import { WholeUsage } from "../../readers/usage/WholeUsage.js"
import type { Facts } from "../../records/wire/facts.js"
import { traceIdOf } from "../../records/wire/line.js"
import type { IoError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import { Content } from "./Content.js"

/** Which traces to index, and what to do with other entries. */
export interface IndexOptions {
  /** Only traces whose ids start with this. */
  readonly prefix?: string | undefined
  /** Takes entries outside any trace, except measurements: bad lines and reports of dropped records, in the order of the files. */
  readonly other?: (entry: TraceEntry) => void
}

/** What was read in the first pass. */
interface Counts {
  readonly records: number
  readonly bad: number
  readonly torn: number
}

export class IndexedTraces {
  private constructor(
    private readonly content: Content,
    private readonly index: TraceIndex,
    readonly counts: Counts,
    /** Tokens and dollars that were measured outside any trace. */
    readonly outside: Amounts
  ) {}

  static of(
    files: ReadonlyArray<string>,
    { other, prefix }: IndexOptions = {}
  ): Effect.Effect<IndexedTraces, IoError, Output | Scope.Scope> {
    return Effect.gen(function*() {
      const content = yield* Content.of(files)
      const index = new TraceIndex(prefix)
      const outside = new Amounts()
      const counts = { records: 0, bad: 0, torn: 0 }
      let hasOther = false
      const handler = {
        add: (facts: Facts): void => {
          counts.records++
          index.add(facts)
          hasOther ||= facts.kind === "dropped"
          if (facts.kind === "metric" && facts.traceId === undefined) {
            outside.measure(quantityOf(facts.name), facts.value)
          }
        },
        bad: (isTorn: boolean): void => {
          counts.bad++
          counts.torn += isTorn ? 1 : 0
          hasOther = true
        }
      }
      yield* content.pass({
        line: (line) => {
          index.line(line.offset, line.line)
          hasOther = false
          const hasRecord = takeFacts(line, handler)
          if (hasOther && other !== undefined) {
            decodeEntries(line).filter(isOther).forEach(other)
          }
          return hasRecord
        },
        broken: (...what) => {
          handler.bad(false)
          other?.(brokenEntry(...what))
        },
        end: (offset) => index.end(offset)
      })
      return new IndexedTraces(content, index, counts, outside)
    })
  }

  get size(): number {
    return this.index.size
  }

  /** The numbers of the traces, in the order of their first records. */
  *numbers(): Generator<number> {
    for (let trace = 0; trace < this.index.size; trace++) {
      yield trace
    }
  }

  /** The same, in the order in which they started. */
  ordered(): Uint32Array {
    return this.index.ordered()
  }

  /** Passes on the records of a trace, in the order of the files. */
  eachRecord(trace: number, take: (entry: RecordEntry) => void): void {
    for (const range of this.index.ranges(trace)) {
      this.content.lines(range, (line) => {
        for (const entry of decodeEntries(line)) {
          const id = entry.kind === "record" ? traceIdOf(entry.record) : undefined
          if (entry.kind === "record" && id !== undefined && this.index.find(id) === trace) {
            take(entry)
          }
        }
      })
    }
  }

  /** Flags of the quantities for which only measurements outside any trace count. */
  get masked(): Effect.Effect<number, IoError, Output> {
    return Effect.suspend(() => {
      if (this.outside.has === 0) {
        return Effect.succeed(0)
      }
      const usage = new WholeUsage()
      const handler = { add: (facts: Facts) => usage.add(facts), bad: () => undefined }
      const line = (each: Parameters<typeof takeFacts>[0]) => takeFacts(each, handler)
      const read = this.content.pass({ line, broken: () => undefined, end: () => undefined })
      return Effect.map(read, () => usage.contradicted())
    })
  }
}

const isOther = (entry: TraceEntry): boolean => entry.kind === "bad" || entry.record.kind === "dropped"
