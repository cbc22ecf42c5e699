/**
 * Expectations of what the sink in the context holds, as effects: they fail where something is not as expected.
 *
 * They work with `TestTelemetry` and `InMemoryTelemetry` alike, and know no test runner. As ordinary failures they can be retried, which is how a test
 * waits for what a daemon does.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { SpanStart } from "../records/SpanRecord.js"
import { escapeName } from "../records/terminal/escape.js"
import { InMemoryTelemetry } from "../sinks/InMemoryTelemetry.js"
import { at, callOf } from "./callSite.js"
import { type RenderOptions, renderTree } from "./renderTree.js"
import type { TraceExpectation } from "./SpanExpectation.js"
import { mismatchOf, type TraceMismatch } from "./TraceMismatch.js"

/**
 * Fails unless the spans that have ended are as expected, as a tree.
 *
 * @example
 * yield* expectTrace({
 *   name: "loom.run",
 *   attributes: { user_id: "alice" },
 *   children: [some({ name: "loom.turn" })]
 * })
 */
export const expectTrace = (expectation: TraceExpectation): Effect.Effect<void, TraceMismatch, InMemoryTelemetry> => {
  const call = callOf(expectTrace)
  return Effect.gen(function*() {
    const memory = yield* InMemoryTelemetry
    const mismatch = mismatchOf(yield* memory.tree, expectation, openNote(yield* memory.open))
    if (mismatch !== undefined) {
      return yield* Effect.fail(at(call, mismatch))
    }
  })
}

/** Spans have not ended that should have. */
export class SpansStillOpen extends Data.TaggedError("SpansStillOpen")<{
  readonly message: string
  /** The open spans, in the order in which they opened. */
  readonly open: ReadonlyArray<SpanStart>
  /** No names. */
  readonly expected: ReadonlyArray<string>
  /** The names of the open spans, in the order in which they opened. */
  readonly actual: ReadonlyArray<string>
}> {}

/** Fails where a span has not ended: something was started and never finished, interrupted or released. */
export const expectNoOpenSpans: Effect.Effect<void, SpansStillOpen, InMemoryTelemetry> = Effect.gen(function*() {
  const memory = yield* InMemoryTelemetry
  const open = yield* memory.open
  if (open.length > 0) {
    return yield* Effect.fail(stillOpen(open))
  }
})

/** The spans that have ended as text that is the same each time: for snapshots. */
export const renderTrace = (options: RenderOptions = {}): Effect.Effect<string, never, InMemoryTelemetry> =>
  Effect.flatMap(InMemoryTelemetry, (memory) => Effect.map(memory.tree, (tree) => renderTree(tree, options)))

const stillOpen = (open: ReadonlyArray<SpanStart>): SpansStillOpen =>
  new SpansStillOpen({ open, message: openMessage(open), expected: [], actual: open.map(({ name }) => name) })

const openNote = (open: ReadonlyArray<SpanStart>): string | undefined =>
  open.length === 0 ? undefined : `Not among the recorded, because still open: ${namesOf(open)}.`

const openMessage = (open: ReadonlyArray<SpanStart>): string =>
  `${open.length === 1 ? "1 span is" : `${open.length} spans are`} still open: ${namesOf(open)}. ` +
  "A span ends when its effect, stream or scope does: wait for that, or interrupt it, before the test looks"

const namesOf = (open: ReadonlyArray<SpanStart>): string =>
  open.slice(0, 10).map(({ name }) => escapeName(name)).join(", ") +
  (open.length > 10 ? ` and ${open.length - 10} more` : "")
