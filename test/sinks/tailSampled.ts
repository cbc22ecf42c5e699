/**
 * What the tests of tail sampling have in common.
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, SampledTelemetry, type TailOptions, Telemetry } from "loom-telemetry"

/** A span with nothing in it. */
export const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

/** All that the sink below has. */
export const memory = Effect.flatMap(
  InMemoryTelemetry,
  ({ metrics, open, spans }) => Effect.all({ spans, metrics, open })
)

/** What the sampler counts. */
export const stats = Effect.flatMap(SampledTelemetry, (sampled) => sampled.stats)

/** A tail sampler over a sink in memory. */
export const sampled = (options: TailOptions = {}) => SampledTelemetry.tail(InMemoryTelemetry.layer(), options)

/** The names of spans, in their order. */
export const names = (spans: ReadonlyArray<{ readonly name: string }>) => spans.map(({ name }) => name)
