/**
 * The types of `loom-telemetry/otel`: what a layer provides, needs and may fail with, and what is refused.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { TracerProvider } from "@opentelemetry/api"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { InMemoryTelemetry, MultiTelemetry, type Telemetry, type TelemetryOpenError } from "loom-telemetry"
import { continueTrace, layerConfig, layerSpec, OTelLive, type OTelStats, OTelTelemetry } from "loom-telemetry/otel"
import { describe, expect, it } from "tstyche"

declare const tracerProvider: TracerProvider
declare const program: Effect.Effect<number, "failed", "needed">

describe("layers", () => {
  it("OTelLive needs nothing and fails with a malformed variable only", () => {
    expect(OTelLive).type.toBe<Layer.Layer<Telemetry | OTelTelemetry, ConfigError.ConfigError>>()
    expect(OTelLive).type.toBeAssignableTo<Layer.Layer<Telemetry, ConfigError.ConfigError>>()
  })

  it("those of OTelTelemetry cannot fail", () => {
    expect(OTelTelemetry.layer()).type.toBe<Layer.Layer<Telemetry | OTelTelemetry>>()
    expect(OTelTelemetry.fromProviders({ tracerProvider })).type.toBe<Layer.Layer<Telemetry | OTelTelemetry>>()
  })

  it("layerSpec and layerConfig need a file system, as the file sink does", () => {
    type Expected = Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem>
    expect(layerSpec("otel")).type.toBe<Expected>()
    expect(layerConfig).type.toBe<Expected>()
  })

  it("stay reachable in a fan-out, with their stats and their errors", () => {
    expect(MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelLive])).type.toBe<
      Layer.Layer<Telemetry | InMemoryTelemetry | OTelTelemetry, ConfigError.ConfigError>
    >()
  })
})

describe("options", () => {
  it("name dialects that there are", () => {
    expect(OTelTelemetry.layer).type.toBeCallableWith({ dialects: ["genai", "langfuse"] })
    expect(OTelTelemetry.layer).type.not.toBeCallableWith({ dialects: ["datadog"] })
  })

  it("say what is done with providers of one's own", () => {
    expect(OTelTelemetry.fromProviders).type.toBeCallableWith({ tracerProvider, onClose: "shutdown" })
    expect(OTelTelemetry.fromProviders).type.not.toBeCallableWith({ tracerProvider, onClose: "leave" })
    expect(OTelTelemetry.fromProviders).type.not.toBeCallableWith({})
  })

  it("take durations in any form", () => {
    expect(OTelTelemetry.layer).type.toBeCallableWith({ closeTimeout: "1 second", batch: { scheduleDelay: 500 } })
    expect(OTelTelemetry.layer).type.not.toBeCallableWith({ closeTimeout: "soon" })
  })
})

describe("stats", () => {
  it("are read from the tag, and cannot fail", () => {
    expect<Effect.Effect.Success<typeof OTelTelemetry>["stats"]>().type.toBe<Effect.Effect<OTelStats>>()
  })
})

describe("continueTrace", () => {
  it("keeps the result, the error and the needs of what it runs", () => {
    expect(continueTrace({ traceparent: "" })(program)).type.toBe<Effect.Effect<number, "failed", "needed">>()
  })
})
