/**
 * Helpers for the tests of tail sampling.
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, SampledTelemetry, type TailOptions, Telemetry } from "loom-telemetry"

/** An empty span. */
export const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

/** Everything that the sink received. */
export const memory = Effect.flatMap(
  InMemoryTelemetry,
  ({ metrics, open, spans }) => Effect.all({ spans, metrics, open })
)

/** The sampler's counters. */
export const stats = Effect.flatMap(SampledTelemetry, (sampled) => sampled.stats)

/** A tail sampler in front of an in-memory sink. */
export const sampled = (options: TailOptions = {}) => SampledTelemetry.tail(InMemoryTelemetry.layer(), options)

/** The names of spans, in order. */
export const names = (spans: ReadonlyArray<{ readonly name: string }>) => spans.map(({ name }) => name)
