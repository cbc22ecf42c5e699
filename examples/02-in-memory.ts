/**
 * Read an agent's spans and metrics from the in-memory sink.
 *
 * npx tsx examples/02-in-memory.ts
 */
import { Effect } from "effect"
import { InMemoryTelemetry, InMemoryTelemetryLive, type SpanNode } from "loom-telemetry"
import { run } from "./arithmetic.js"

const printSpan = ({ children, span }: SpanNode): void => {
  const attributes = Object.entries(span.attributes).map(([key, value]) => `${key}=${value}`).join(", ")
  console.log(`${span.name.padEnd(22)} (${span.durationMs.toFixed(1).padStart(5)}ms) [${attributes}]`)
  children.forEach(printSpan)
}

const program = Effect.gen(function*() {
  yield* run
  const memory = yield* InMemoryTelemetry

  // `memory.spans` has them in the order in which they ended; the tree has parents first.
  const roots = yield* memory.tree
  roots.forEach(printSpan)

  // Each metric carries its instrument kind, which follows from its name.
  for (const metric of yield* memory.metrics) {
    console.log(`${metric.name.padEnd(28)} ${String(metric.value).padEnd(10)} (${metric.instrumentKind})`)
  }
})

await Effect.runPromise(program.pipe(Effect.provide(InMemoryTelemetryLive)))
