/**
 * Reads a tape from a trace file and checks it before anything runs.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { TapedSpan } from "../agent/tape/TapePlace.js"
import { playable, type Unplayable } from "../readers/Playable.js"
import type { Trace, TraceForest, TraceNode } from "../readers/tree/TraceNode.js"

/** A cassette cannot be played. */
export class CassetteError extends Data.TaggedError("CassetteError")<{
  /** What is missing, span by span, and the remedy. */
  readonly message: string
  /** The spans that cannot be played; empty if there is no such trace. */
  readonly missing: ReadonlyArray<Unplayable>
}> {}

/** What to read from a file. */
export interface Wanted {
  readonly trace: string | undefined
  /** Whether requests are compared. */
  readonly strict: boolean
  /** The first turn that is not played. */
  readonly atTurn: number | undefined
}

/** The tape of these traces. Fails if a span that is needed cannot be played. */
export const tapeOf = (
  forest: TraceForest,
  wanted: Wanted
): Effect.Effect<ReadonlyArray<TapedSpan>, CassetteError> => {
  const traces = forest.traces.filter(({ traceId }) => wanted.trace === undefined || traceId === wanted.trace)
  if (traces.length === 0) {
    return new CassetteError({
      message: wanted.trace === undefined ? "The file contains no trace" : `The file contains no trace ${wanted.trace}`,
      missing: []
    })
  }
  const roots = traces.flatMap((trace) => trace.roots.flatMap(tapedSpans))
  const turns = turnsOf(roots)
  if (wanted.atTurn !== undefined && wanted.atTurn > turns) {
    return new CassetteError({
      message: `The recorded run has ${turns} turns: atTurn can be at most ${turns}, but is ${wanted.atTurn}`,
      missing: []
    })
  }
  const played = new Set(spanIds(wanted.atTurn === undefined ? roots : before(roots, wanted.atTurn)))
  const missing = traces.flatMap((trace) =>
    playable(trace).missing.filter(({ isRequestOnly, reason, spanId }) =>
      (played.has(spanId) || reason === "orphaned") && (wanted.strict || !isRequestOnly)
    )
  )
  return missing.length === 0
    ? Effect.succeed(roots)
    : new CassetteError({ message: messageOf(traces, missing), missing })
}

const messageOf = (traces: ReadonlyArray<Trace>, missing: ReadonlyArray<Unplayable>): string =>
  [
    `${missing.length} spans of ${traces.map(({ traceId }) => `trace ${traceId}`).join(", ")} cannot be played:`,
    ...missing.slice(0, 20).map(({ isRequestOnly, path, reason, spanId }) =>
      `  ${path.join(" > ")} (span ${spanId}): ${reason}${isRequestOnly ? ", in the request" : ""}`
    ),
    ...(missing.length > 20 ? [`  … and ${missing.length - 20} more`] : []),
    "Record the run with Cassette.recording, provided to the sink and to the program"
  ].join("\n")

/** The span as it is played. A span of another library is replaced by its children. */
const tapedSpans = (node: TraceNode): ReadonlyArray<TapedSpan> => {
  const { attributes, durationMs = 0, meaning: { role }, spanId, traceId } = node
  const children = node.children.flatMap(tapedSpans)
  return role === undefined || attributes["provider_executed"] === true
    ? children
    : [{ role, traceId, spanId, attributes, durationMs, children }]
}

const spanIds = (spans: ReadonlyArray<TapedSpan>): ReadonlyArray<string> =>
  spans.flatMap(({ children, spanId }) => [spanId, ...spanIds(children)])

const callsIn = (spans: ReadonlyArray<TapedSpan>): number =>
  spans.reduce((sum, { children, role }) => role === "run" ? sum : sum + (role === "model" ? 1 : callsIn(children)), 0)

/** The number of turns of the outermost run; without a run, the number of model calls. */
const turnsOf = (roots: ReadonlyArray<TapedSpan>): number => {
  const run = roots.find(({ role }) => role === "run")
  return run === undefined ? callsIn(roots) : run.children.filter(({ role }) => role === "turn").length
}

/** The part of a forked run that is played: the turns before this one. */
const before = (roots: ReadonlyArray<TapedSpan>, atTurn: number): ReadonlyArray<TapedSpan> => {
  const run = roots.find(({ role }) => role === "run")
  const calls = roots.flatMap((root) => root.role === "run" ? [] : root.role === "model" ? [root] : root.children)
  return run === undefined
    ? calls.slice(0, atTurn)
    : run.children.filter(({ attributes: { turn } }) => typeof turn === "number" && turn < atTurn)
}
