/**
 * The types of `loom-telemetry/otel`: what a layer provides, requires and may fail with, and which arguments are rejected.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { TracerProvider } from "@opentelemetry/api"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { InMemoryTelemetry, MultiTelemetry, type Telemetry, type TelemetryOpenError } from "loom-telemetry"
import { continueTrace, layerConfig, layerSpec, OTelLive, type OTelStats, OTelTelemetry } from "loom-telemetry/otel"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { IncomingHttpHeaders as Http2Headers } from "node:http2"
import { describe, expect, it } from "tstyche"

declare const tracerProvider: TracerProvider
declare const program: Effect.Effect<number, "failed", "needed">

describe("layers", () => {
  it("require nothing and fail only because of a malformed variable: OTelLive", () => {
    expect(OTelLive).type.toBe<Layer.Layer<Telemetry, ConfigError.ConfigError>>()
  })

  it("cannot fail if they are from OTelTelemetry", () => {
    expect(OTelTelemetry.layer()).type.toBe<Layer.Layer<Telemetry | OTelTelemetry>>()
    expect(OTelTelemetry.fromProviders({ tracerProvider })).type.toBe<Layer.Layer<Telemetry | OTelTelemetry>>()
  })

  it("require a file system for the file sink: layerSpec and layerConfig", () => {
    type Expected = Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem>
    expect(layerSpec("otel")).type.toBe<Expected>()
    expect(layerConfig).type.toBe<Expected>()
  })

  it("stay reachable in a fan-out, with their stats and their errors", () => {
    expect(MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelLive])).type.toBe<
      Layer.Layer<Telemetry | InMemoryTelemetry, ConfigError.ConfigError>
    >()
    expect(MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelTelemetry.layer()])).type.toBe<
      Layer.Layer<Telemetry | InMemoryTelemetry | OTelTelemetry>
    >()
  })
})

describe("options", () => {
  it("accept only existing dialects", () => {
    expect(OTelTelemetry.layer).type.toBeCallableWith({ dialects: ["genai", "langfuse"] })
    expect(OTelTelemetry.layer).type.not.toBeCallableWith({ dialects: ["datadog"] })
  })

  it("accept given providers, and how to close them", () => {
    expect(OTelTelemetry.fromProviders).type.toBeCallableWith({ tracerProvider, onClose: "shutdown" })
    expect(OTelTelemetry.fromProviders).type.not.toBeCallableWith({ tracerProvider, onClose: "leave" })
    expect(OTelTelemetry.fromProviders).type.not.toBeCallableWith({})
  })

  it("accept durations in any form", () => {
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
  it("keeps the result, the error and the requirements of what it runs", () => {
    expect(continueTrace({ traceparent: "" })(program)).type.toBe<Effect.Effect<number, "failed", "needed">>()
  })

  it("accepts the headers of Node, fetch and MCP", () => {
    expect(continueTrace).type.toBeCallableWith({} as IncomingHttpHeaders)
    expect(continueTrace).type.toBeCallableWith({} as IncomingMessage["headers"])
    expect(continueTrace).type.toBeCallableWith({} as Http2Headers)
    expect(continueTrace).type.toBeCallableWith(new Headers())
    expect(continueTrace).type.toBeCallableWith(new Map<string, string>())
    expect(continueTrace).type.toBeCallableWith({} as { readonly [key: string]: unknown } | undefined)
    expect(continueTrace).type.not.toBeCallableWith("traceparent")
  })
})
