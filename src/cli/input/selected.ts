/**
 * Builds the trees of the last traces of a command's files. No others are held in memory.
 *
 * Which ones they are is known only at the end of the files, and each may have records anywhere in them: so one pass finds their ids, the next one their
 * records.
 */
import * as Effect from "effect/Effect"
import { takeFacts } from "../../readers/lineFacts.js"
import { mayBelong } from "../../readers/selection/mayBelong.js"
import { NewestTraces } from "../../readers/selection/NewestTraces.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import { builder, type Trace } from "../../readers/TraceTree.js"
import { quantityOf } from "../../readers/usage/measures.js"
import { WholeUsage } from "../../readers/usage/WholeUsage.js"
import { isoFromNanos } from "../../records/instants.js"
import type { Facts } from "../../records/wire/facts.js"
import { traceIdOf } from "../../records/wire/line.js"
import type { IoError, UsageError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import { eachFactLogged } from "./facts.js"
import { unknownTrace } from "./ordered.js"
import { type Pass, rereadable } from "./reread.js"

/** Some traces of a file. */
export interface Selected {
  /** In the order in which they started. */
  readonly traces: ReadonlyArray<Trace>
  /** Flags of the quantities for which only measurements outside any trace count. */
  readonly masked: number
}

/** Traces that are kept while searching for the last ones; more only if that many run at the same time. */
const keptTraces = 10_000

interface Selection {
  readonly last: number
  /** The start of an id. */
  readonly trace: string | undefined
}

/** The last traces, or the last of those whose ids start with a prefix. Logs the number of bad lines. */
export const lastTracesOf = (
  files: ReadonlyArray<string>,
  { last, trace }: Selection
): Effect.Effect<Selected, IoError | UsageError, Output> =>
  Effect.scoped(Effect.gen(function*() {
    const pass = yield* rereadable(files)
    const first = yield* firstPass(pass, new NewestTraces(last + keptTraces, trace?.toLowerCase()))
    if (trace !== undefined && first.newest.newest(1).size === 0) {
      return yield* unknownTrace(trace)
    }
    const traces = yield* exactly(pass, first.newest, last, trace?.toLowerCase())
    return { traces, masked: first.measuresOutside ? yield* maskedOf(pass) : 0 }
  }))

interface First {
  readonly newest: NewestTraces
  /** Whether tokens or dollars were measured outside any trace. */
  readonly measuresOutside: boolean
}

const firstPass = (pass: Pass, newest: NewestTraces): Effect.Effect<First, IoError, Output> =>
  Effect.suspend(() => {
    let measuresOutside = false
    const read = eachFactLogged(pass, (facts) => {
      newest.add(facts)
      measuresOutside ||= facts.kind === "metric" && facts.traceId === undefined && quantityOf(facts.name) !== 0
    })
    return Effect.map(read, () => ({ newest, measuresOutside }))
  })

/** Passes on the facts of all records. */
const eachFact = (pass: Pass, add: (facts: Facts) => void): Effect.Effect<void, IoError, Output> =>
  pass({ line: (line) => takeFacts(line, { add, bad: () => undefined }), broken: () => undefined })

/** The last traces. If one is older than it seemed, another pass finds its exact start; if too few traces were kept, another pass keeps more. */
const exactly = (
  pass: Pass,
  newest: NewestTraces,
  last: number,
  prefix: string | undefined
): Effect.Effect<ReadonlyArray<Trace>, IoError, Output> =>
  Effect.gen(function*() {
    let table = newest
    for (let kept = last + keptTraces;;) {
      const starts = table.newest(last)
      const traces = yield* tracesOf(pass, starts)
      const isExact = traces.every(({ start, traceId }) => starts.get(traceId) === isoFromNanos(start))
      if ((table.isClosed || isExact) && table.isSure(last)) {
        return traces.slice(Math.max(0, traces.length - last))
      }
      if (table.isClosed || isExact) {
        kept *= 4
        table = new NewestTraces(kept, prefix)
        yield* eachFact(pass, (facts) => table.add(facts))
      } else {
        table.keepThese()
        yield* eachFact(pass, (facts) => table.add(facts))
      }
    }
  })

/** The traces with these ids. */
const tracesOf = (
  pass: Pass,
  ids: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyArray<Trace>, IoError, Output> =>
  Effect.suspend(() => {
    const { add, forest } = builder()
    const isWanted = (id: string): boolean => ids.has(id)
    const read = pass({
      broken: () => undefined,
      line: (line) => {
        if (mayBelong(line.text, isWanted)) {
          for (const entry of decodeEntries(line)) {
            if (entry.kind === "record" && isWanted(traceIdOf(entry.record) ?? "")) {
              add(entry)
            }
          }
        }
        return true
      }
    })
    return Effect.map(read, () => forest().traces)
  })

const maskedOf = (pass: Pass): Effect.Effect<number, IoError, Output> =>
  Effect.suspend(() => {
    const usage = new WholeUsage()
    return Effect.map(eachFact(pass, (facts) => usage.add(facts)), () => usage.contradicted())
  })
