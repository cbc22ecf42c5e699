/**
 * Reads the traces of a command's files one by one, in the order in which they started. Only one is held at a time.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { builder, type Trace } from "../../readers/TraceTree.js"
import type { Amounts } from "../../readers/usage/Amounts.js"
import { type IoError, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { IndexedTraces } from "./indexed.js"
import { logBadLines } from "./summary.js"

/** Traces of files. */
export interface OrderedTraces {
  /** Each trace is read on demand. */
  readonly traces: Iterable<Trace>
  readonly size: number
  /** Reads the trace at a place, from 0. (Several only if the hashes of unusual ids collide.) */
  readonly at: (place: number) => ReadonlyArray<Trace>
  /** Tokens and dollars that were measured outside any trace. */
  readonly outside: Amounts
  /** Flags of the quantities for which only `outside` counts. */
  readonly masked: number
}

/** The traces whose ids start with a prefix; all without one. In the order in which they started, or the newest first. Logs the number of bad lines. */
export const orderedTracesOf = (
  files: ReadonlyArray<string>,
  prefix?: string,
  newestFirst = false
): Effect.Effect<OrderedTraces, IoError | UsageError, Output | Scope.Scope> =>
  Effect.gen(function*() {
    const indexed = yield* IndexedTraces.of(files, { prefix: prefix?.toLowerCase() })
    const { counts, outside } = indexed
    yield* logBadLines(counts.bad, counts.torn)
    if (counts.records === 0) {
      yield* (yield* Output).log("no records found")
    }
    const masked = yield* indexed.masked
    if (prefix !== undefined && indexed.size === 0) {
      return yield* unknownTrace(prefix)
    }
    const numbers = newestFirst ? indexed.ordered().reverse() : indexed.ordered()
    const at = (place: number): ReadonlyArray<Trace> => {
      const { add, forest } = builder()
      indexed.eachRecord(numbers[place]!, add)
      return forest().traces
    }
    const traces = { [Symbol.iterator]: () => tracesAt(at, numbers.length) }
    return { traces, size: numbers.length, at, outside, masked }
  })

export const unknownTrace = (prefix: string): Effect.Effect<never, UsageError> =>
  Effect.fail(new UsageError({ message: `no trace id starts with ${JSON.stringify(prefix)}` }))

const tracesAt = function*(at: OrderedTraces["at"], size: number): Iterator<Trace> {
  for (let place = 0; place < size; place++) {
    yield* at(place)
  }
}
