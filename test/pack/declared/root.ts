/** Values that users of the root export without a type annotation. */
import { Effect, Layer, ManagedRuntime, Stream } from "effect"
import {
  ConsoleTelemetry,
  FileTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  Loom,
  MultiTelemetry,
  NoTelemetryLive,
  Redaction,
  RunContext,
  SampledTelemetry,
  spanTree,
  Telemetry,
  TelemetryLimits
} from "loom-telemetry"

export const console = ConsoleTelemetry.layer({ order: "tree" })
export const file = FileTelemetry.layer("traces.jsonl")
export const memory = InMemoryTelemetry.layer()
export const several = MultiTelemetry.layer([console, file, NoTelemetryLive])
export const filtered = FilteredTelemetry.layer(memory, (span) => span.name !== "http")
export const sampled = SampledTelemetry.head(memory, { ratio: 0.5 })
export const tail = SampledTelemetry.tail(memory, { slowerThan: "1 second" })
export const chosen = Telemetry.layerConfig
export const named = Telemetry.layerSpec("console")
export const own = Telemetry.layerSink({ name: "own", onSpanEnd: () => {} })
export const scoped = Telemetry.layerSinkScoped(Effect.succeed({ name: "scoped" }))
export const redacted = console.pipe(
  Layer.provide(Layer.succeed(Redaction, Redaction.make({ keys: ["iban"] }))),
  Layer.provide(Layer.succeed(TelemetryLimits, TelemetryLimits.default))
)
export const runtime = ManagedRuntime.make(console)
export const service = Effect.map(Telemetry, (telemetry) => telemetry)
export const recorded = Effect.flatMap(InMemoryTelemetry, ({ spans }) => Effect.map(spans, spanTree))
export const traced = Effect.succeed(1).pipe(Telemetry.withSpan("traced"))
export const streamed = Stream.make(1).pipe(Telemetry.withSpanStream("streamed"))
export const inScope = Telemetry.spanScoped("scoped")
export const context = RunContext.with({ userId: "alice" })
export const spans = Loom
