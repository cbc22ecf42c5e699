/**
 * Runtimes with OpenTelemetry, for tests of contexts.
 */
import type { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Telemetry as Service } from "loom-telemetry"
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { inMemoryProviders } from "./exported.js"

export const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

type Runtime = ManagedRuntime.ManagedRuntime<Service | InMemoryTelemetry, never>

/** A runtime with OpenTelemetry and the in-memory sink: already built, or one that takes a while to build. */
export const withRuntime = async <A>(
  providers: { readonly tracerProvider: BasicTracerProvider },
  use: (runtime: Runtime) => Promise<A>,
  isWarm = true
): Promise<A> => {
  const layer = MultiTelemetry.layer([OTelTelemetry.fromProviders(providers), InMemoryTelemetry.layer()])
  const slow = Layer.unwrapEffect(Effect.as(Effect.sleep(5), layer))
  const runtime = ManagedRuntime.make(isWarm ? layer : slow)
  // A context is only active around it if a context manager is registered.
  const other = ManagedRuntime.make(OTelTelemetry.fromProviders(inMemoryProviders()))
  try {
    await (isWarm ? runtime : other).runPromise(Effect.void)
    return await use(runtime)
  } finally {
    await runtime.dispose()
    await other.dispose()
  }
}
