/**
 * Trees of spans as plain data, and a function that records them. Not a test itself.
 */
import * as Effect from "effect/Effect"
import * as TestContext from "effect/TestContext"
import * as fc from "fast-check"
import { InMemoryTelemetry, type Outcome, type SpanNode, Telemetry } from "loom-telemetry"
import { exactly, type SpanExpectation, TestTelemetry } from "loom-telemetry/testing"

/** A span to record. */
export interface Plan {
  readonly name: string
  readonly attributes?: { readonly [key: string]: unknown }
  readonly outcome?: Outcome
  /** The error message if the outcome is a failure. */
  readonly exception?: string
  readonly children?: ReadonlyArray<Plan>
}

const ending: Record<Outcome, (plan: Plan) => Effect.Effect<void, string>> = {
  success: () => Effect.void,
  failure: ({ exception = "no" }) => Effect.fail(exception),
  interrupted: () => Effect.interrupt
}

const run = (plan: Plan): Effect.Effect<void> =>
  Effect.forEach(plan.children ?? [], run, { discard: true }).pipe(
    Effect.zipRight(ending[plan.outcome ?? "success"](plan)),
    Telemetry.withSpan(plan.name, plan.attributes ?? {}),
    Effect.exit,
    Effect.asVoid
  )

/** A stopped clock, so that durations are 0. Created once, because that takes longer than recording. */
const stopped = Effect.runSync(Effect.provide(Effect.clock, TestContext.TestContext))

/** Records the trees with the in-memory sink. */
export const record = (...plans: ReadonlyArray<Plan>): ReadonlyArray<SpanNode> =>
  Effect.runSync(
    Effect.forEach(plans, run).pipe(
      Effect.zipRight(Effect.flatMap(InMemoryTelemetry, (memory) => memory.tree)),
      Effect.provide(TestTelemetry.layer),
      Effect.withClock(stopped)
    )
  )

/** An expectation of everything that was recorded. */
export const expectationOf = ({ children, span }: SpanNode): SpanExpectation => ({
  name: span.name,
  attributes: exactly(span.attributes),
  outcome: span.outcome,
  exception: span.exception,
  durationMs: span.durationMs,
  events: span.events.map(({ attributes, name }) => ({ name, attributes })),
  children: children.map(expectationOf)
})

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.integer({ min: 0, max: 3 }),
  fc.double(),
  fc.boolean(),
  fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.integer()), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 2 })
)

/** Trees up to this depth, with few names, so that siblings often have the same name. */
export const anyPlan = (depth: number): fc.Arbitrary<Plan> =>
  fc.record({
    name: fc.constantFrom("a", "b", "loom.tool", "has space", "▸", ""),
    attributes: fc.dictionary(fc.constantFrom("tool", "ok", "n", "__proto__", "a b"), value, { maxKeys: 3 }),
    outcome: fc.constantFrom<Outcome>("success", "success", "failure", "interrupted"),
    children: depth === 0 ? fc.constant([]) : fc.array(anyPlan(depth - 1), { maxLength: 3 })
  })

/** The same tree with unique names. */
export const uniquelyNamed = (plan: Plan): Plan => {
  let count = 0
  const named = (each: Plan): Plan => ({ ...each, name: `span${count++}`, children: (each.children ?? []).map(named) })
  return named(plan)
}
