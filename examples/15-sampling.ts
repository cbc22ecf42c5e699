/**
 * Filter and sample per sink: the console without noise, the store with failed or slow traces only. Both keep all measurements.
 *
 * npx tsx examples/15-sampling.ts
 */
import { Effect } from "effect"
import {
  ConsoleTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  SampledTelemetry,
  Telemetry
} from "loom-telemetry"

// Hides the spans of an HTTP library. Their children appear below the nearest visible span.
const Console = FilteredTelemetry.layer(
  ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", showMetrics: false }),
  (span) => !span.name.startsWith("http.")
)

// Stands in for a backend that is billed by volume. A trace is held until it ends, and kept only if it failed or was slow.
const Store = SampledTelemetry.tail(InMemoryTelemetry.layer(), { slowerThan: "1 second", ratio: 0 })

const search = (query: string) =>
  Telemetry.emitMetric("searches", 1).pipe(
    Effect.zipRight(query === "" ? Effect.fail("empty query") : Effect.succeed([query])),
    Telemetry.withSpan("search", { query }),
    Effect.withSpan("http.client GET")
  )

const answer = (query: string) => search(query).pipe(Effect.orElseSucceed(() => []), Telemetry.withSpan("answer"))

const program = Effect.gen(function*() {
  yield* Effect.forEach(["effect", "", "telemetry"], answer)
  const memory = yield* InMemoryTelemetry
  const sampled = yield* SampledTelemetry
  const names = (yield* memory.spans).map((span) => span.name)
  const { dropped, kept } = yield* sampled.stats
  console.log(`stored: ${names.join(", ")} (${kept} spans kept, ${dropped} dropped)`)
  console.log(`searches: ${(yield* memory.metrics).length}`)
})

await Effect.runPromise(program.pipe(Effect.provide(MultiTelemetry.layer([Console, Store]))))
