/**
 * The traces of a command's files one by one, in the order in which they started. Only one is held at a time, and about 70 bytes for each other.
 *
 * One pass notes where the records of each trace are; then they are read from there. The trap: the memory for one trace grows with its spans.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { takeFacts } from "../../readers/lineFacts.js"
import { TraceIndex } from "../../readers/selection/TraceIndex.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import { builder, type Trace } from "../../readers/TraceTree.js"
import { quantityOf } from "../../readers/usage/measures.js"
import { WholeUsage } from "../../readers/usage/WholeUsage.js"
import type { Facts } from "../../records/wire/facts.js"
import { traceIdOf } from "../../records/wire/line.js"
import type { IoError, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { Content } from "./Content.js"
import { unknownTrace } from "./forest.js"
import { logBadLines } from "./summary.js"

/** Traces of files. */
export interface OrderedTraces {
  /** Each is read when it is asked for. */
  readonly traces: Iterable<Trace>
  /** Flags of the quantities of which only measurements outside any trace count. */
  readonly masked: number
}

/** The traces whose ids start with a prefix; all without one. In the order in which they started, or the newest first. Logs the number of bad lines. */
export const orderedTracesOf = (
  files: ReadonlyArray<string>,
  prefix?: string,
  newestFirst = false
): Effect.Effect<OrderedTraces, IoError | UsageError, Output | Scope.Scope> =>
  Effect.gen(function*() {
    const index = new TraceIndex(prefix?.toLowerCase())
    const content = yield* Content.of(files)
    const masked = (yield* fill(index, content)) ? yield* maskedOf(content) : 0
    if (prefix !== undefined && index.size === 0) {
      return yield* unknownTrace(prefix)
    }
    return { traces: tracesAt(index, content, newestFirst ? index.ordered().reverse() : index.ordered()), masked }
  })

const tracesAt = function*(index: TraceIndex, content: Content, numbers: Iterable<number>): Iterable<Trace> {
  for (const number of numbers) {
    yield* traceAt(index, content, number)
  }
}

/** Reads the files into the index; returns whether tokens or dollars were measured outside any trace. */
const fill = (index: TraceIndex, content: Content): Effect.Effect<boolean, IoError, Output> =>
  Effect.gen(function*() {
    let [records, bad, torn] = [0, 0, 0]
    let measuresOutside = false
    const taker = {
      add: (facts: Facts): void => {
        records++
        index.add(facts)
        measuresOutside ||= facts.kind === "metric" && facts.traceId === undefined && quantityOf(facts.name) !== 0
      },
      bad: (isTorn: boolean): void => {
        bad++
        torn += isTorn ? 1 : 0
      }
    }
    yield* content.pass({
      line: (line) => {
        index.line(line.offset, line.line)
        return takeFacts(line, taker)
      },
      broken: () => taker.bad(false),
      end: (offset) => index.end(offset)
    })
    yield* logBadLines(bad, torn)
    if (records === 0) {
      yield* (yield* Output).log("no records found")
    }
    return measuresOutside
  })

const maskedOf = (content: Content): Effect.Effect<number, IoError, Output> =>
  Effect.suspend(() => {
    const usage = new WholeUsage()
    const taker = { add: (facts: Facts) => usage.add(facts), bad: () => undefined }
    const read = content.pass({ line: (line) => takeFacts(line, taker), broken: () => undefined, end: () => undefined })
    return Effect.map(read, () => usage.contradicted())
  })

/** The trace with this number in the index. (More than one only if the hashes of two unusual ids are the same.) */
const traceAt = (index: TraceIndex, content: Content, number: number): ReadonlyArray<Trace> => {
  const { add, forest } = builder()
  for (const range of index.ranges(number)) {
    content.lines(range, (line) => {
      for (const entry of decodeEntries(line)) {
        const id = entry.kind === "record" ? traceIdOf(entry.record) : undefined
        if (id !== undefined && index.find(id) === number) {
          add(entry)
        }
      }
    })
  }
  return forest().traces
}
