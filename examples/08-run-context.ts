/**
 * Users and sessions: under a `RunContext`, every span and metric carries its user; you pass nothing along.
 *
 * npx tsx examples/08-run-context.ts
 */
import { Effect, Fiber } from "effect"
import { InMemoryTelemetry, InMemoryTelemetryLive, RunContext, Telemetry } from "loom-telemetry"

/** Knows nothing about users. */
const search = Telemetry.emitMetric("searches", 1).pipe(Effect.delay("10 millis"), Telemetry.withSpan("search"))

/** Neither does this: two concurrent searches, and one in its own fiber. */
const work = Effect.gen(function*() {
  const fiber = yield* Effect.fork(search)
  yield* Effect.all([search, search], { concurrency: "unbounded" })
  yield* Fiber.join(fiber)
}).pipe(Telemetry.withSpan("work"))

const program = Effect.gen(function*() {
  // Two users at the same time: neither gets the other's attributes.
  yield* Effect.all([
    work.pipe(RunContext.with({ userId: "alice", sessionId: "s-1" })),
    work.pipe(RunContext.with({ userId: "bob", sessionId: "s-2" }))
  ], { concurrency: "unbounded" })

  const memory = yield* InMemoryTelemetry
  for (const { children, span } of yield* memory.tree) {
    console.log(`${span.name} of ${span.attributes.user_id} in ${span.attributes.session_id}`)
    for (const { span: child } of children) {
      console.log(`  ${child.name} of ${child.attributes.user_id} in ${child.attributes.session_id}`)
    }
  }
  const users = (yield* memory.metrics).map((metric) => metric.attributes.user_id)
  console.log(
    `searches: ${["alice", "bob"].map((user) => `${user} ${users.filter((each) => each === user).length}`).join(", ")}`
  )
})

await Effect.runPromise(program.pipe(Effect.provide(InMemoryTelemetryLive)))
