/**
 * Checks what the sink in the context has recorded, with effects that fail if something is not as expected.
 *
 * Works with `TestTelemetry` and `InMemoryTelemetry`, and with any test runner. Retry the effects to wait for background work.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { SpanStart } from "../records/SpanRecord.js"
import { escapeName } from "../records/terminal/escape.js"
import { InMemoryTelemetry } from "../sinks/InMemoryTelemetry.js"
import { type RenderOptions, renderTree } from "./renderTree.js"
import { scoredTree } from "./scoredTree.js"
import type { TraceExpectation } from "./SpanExpectation.js"
import { callSite, mismatchOf, type TraceMismatch } from "./TraceMismatch.js"

/**
 * Fails with a `TraceMismatch` unless the tree of ended spans is as expected.
 *
 * @example
 * yield* expectTrace({
 *   name: "loom.run",
 *   attributes: { user_id: "alice" },
 *   children: [some({ name: "loom.turn" })]
 * })
 */
export const expectTrace = (expectation: TraceExpectation): Effect.Effect<void, TraceMismatch, InMemoryTelemetry> => {
  const atCall = callSite(expectTrace)
  return Effect.gen(function*() {
    const memory = yield* InMemoryTelemetry
    const mismatch = mismatchOf(
      scoredTree(yield* memory.tree, yield* memory.scores),
      expectation,
      openNote(yield* memory.open)
    )
    if (mismatch !== undefined) {
      return yield* Effect.fail(atCall(mismatch))
    }
  })
}

/** Some spans have not ended. */
export class SpansStillOpen extends Data.TaggedError("SpansStillOpen")<{
  readonly message: string
  /** The open spans, in the order in which they opened. */
  readonly open: ReadonlyArray<SpanStart>
  /** Always empty. */
  readonly expected: ReadonlyArray<string>
  /** The names of the open spans, in the order in which they opened. */
  readonly actual: ReadonlyArray<string>
}> {}

/** Fails with `SpansStillOpen` if a span is still open: something was started but never finished, interrupted or released. */
export const expectNoOpenSpans: Effect.Effect<void, SpansStillOpen, InMemoryTelemetry> = Effect.gen(function*() {
  const memory = yield* InMemoryTelemetry
  const open = yield* memory.open
  if (open.length > 0) {
    return yield* Effect.fail(stillOpen(open))
  }
})

/** Renders the tree of ended spans for snapshots, as text that is the same in every run. */
export const renderTrace = (options: RenderOptions = {}): Effect.Effect<string, never, InMemoryTelemetry> =>
  Effect.flatMap(InMemoryTelemetry, (memory) => Effect.map(memory.tree, (tree) => renderTree(tree, options)))

const stillOpen = (open: ReadonlyArray<SpanStart>): SpansStillOpen =>
  new SpansStillOpen({ open, message: openMessage(open), expected: [], actual: open.map(({ name }) => name) })

const openNote = (open: ReadonlyArray<SpanStart>): string | undefined =>
  open.length === 0 ? undefined : `Not recorded yet, because still open: ${namesOf(open)}.`

const openMessage = (open: ReadonlyArray<SpanStart>): string =>
  `${open.length === 1 ? "1 span is" : `${open.length} spans are`} still open: ${namesOf(open)}. ` +
  "A span ends with its effect, stream or scope: wait for that or interrupt it before checking"

const namesOf = (open: ReadonlyArray<SpanStart>): string =>
  open.slice(0, 10).map(({ name }) => escapeName(name)).join(", ") +
  (open.length > 10 ? ` and ${open.length - 10} more` : "")
