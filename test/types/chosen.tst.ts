/**
 * Sinks chosen by a condition. Effect infers no common type for two layers that each have a service of their own; in a list, it does not need one.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import {
  ConsoleTelemetry,
  ConsoleTelemetryLive,
  FilteredTelemetry,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  NoTelemetryLive,
  SampledTelemetry,
  Telemetry
} from "loom-telemetry"
import { OTelLive, OTelTelemetry } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"
import { describe, expect, it } from "tstyche"

declare const isProduction: boolean

const needing = Effect.as(Telemetry, 1)
const needingMemory = Effect.as(InMemoryTelemetry, 1)

const both = isProduction ? OTelTelemetry.layer() : ConsoleTelemetry.layer()

describe("sinks chosen by a condition", () => {
  it("can be provided in a list, to programs and to layers", () => {
    expect(Effect.provide(needing, [both])).type.toBe<Effect.Effect<number>>()
    expect(needing.pipe(Effect.provide([isProduction ? OTelLive : ConsoleTelemetry.layer()]))).type.toBe<
      Effect.Effect<number, ConfigError.ConfigError>
    >()
    const others = isProduction ? SampledTelemetry.head(OTelTelemetry.layer(), { ratio: 1 }) : InMemoryTelemetry.layer()
    expect(needing.pipe(Effect.provide([others]))).type.toBe<Effect.Effect<number>>()
    expect(Layer.provide(Layer.effectDiscard(Telemetry), [both])).type.toBe<Layer.Layer<never>>()
  })

  it("provide no service that only one of them has", () => {
    const chosen = isProduction ? OTelTelemetry.layer() : InMemoryTelemetry.layer()
    expect(Effect.provide(needingMemory, [chosen])).type.toBe<Effect.Effect<number, never, InMemoryTelemetry>>()
  })

  it("can be used in a fan-out, a filter and a sampler, which can be provided anywhere", () => {
    const multi = MultiTelemetry.layer([both, InMemoryTelemetry.layer()])
    expect(Effect.provide(needingMemory, multi)).type.toBe<Effect.Effect<number>>()
    type Sinks = Layer.Layer<Telemetry>
    expect(MultiTelemetry.layer([both])).type.toBeAssignableTo<Sinks>()
    expect(FilteredTelemetry.layer(both, () => true)).type.toBeAssignableTo<Sinks>()
    expect(SampledTelemetry.tail(both)).type.toBeAssignableTo<Sinks>()
    expect(ManagedRuntime.make(MultiTelemetry.layer([both]))).type.toBeAssignableTo<
      ManagedRuntime.ManagedRuntime<Telemetry, never>
    >()
    expect(makeTelemetry).type.toBeCallableWith(MultiTelemetry.layer([both]))
  })

  it("can be annotated as a layer of Telemetry, for runtimes and pipes", () => {
    const chosen: Layer.Layer<Telemetry> = both
    expect(ManagedRuntime.make(chosen)).type.toBe<ManagedRuntime.ManagedRuntime<Telemetry, never>>()
    expect(chosen.pipe(Layer.provide(NodeFileSystem.layer))).type.toBe<typeof chosen>()
  })

  it("can be provided without a list if one provides only Telemetry, like OTelLive and ConsoleTelemetryLive", () => {
    expect(needing.pipe(Effect.provide(isProduction ? OTelLive : ConsoleTelemetry.layer()))).type.toBe<
      Effect.Effect<number, ConfigError.ConfigError>
    >()
    expect(Effect.provide(needing, isProduction ? OTelLive : InMemoryTelemetry.layer())).type.toBe<
      Effect.Effect<number, ConfigError.ConfigError>
    >()
    expect(needing.pipe(Effect.provide(isProduction ? InMemoryTelemetry.layer() : ConsoleTelemetryLive))).type.toBe<
      Effect.Effect<number>
    >()
    expect(ManagedRuntime.make(isProduction ? OTelLive : ConsoleTelemetry.layer())).type.toBe<
      ManagedRuntime.ManagedRuntime<Telemetry, ConfigError.ConfigError>
    >()
    expect(Layer.provide(Layer.effectDiscard(Telemetry), isProduction ? OTelLive : ConsoleTelemetry.layer())).type
      .toBe<Layer.Layer<never, ConfigError.ConfigError>>()
    expect(needing.pipe(Effect.provide(isProduction ? InMemoryTelemetryLive : NoTelemetryLive))).type.toBe<
      Effect.Effect<number>
    >()
    expect(needing.pipe(Effect.provide(isProduction ? Telemetry.layerSink({ name: "own" }) : ConsoleTelemetry.layer())))
      .type.toBe<Effect.Effect<number>>()
    expect(ManagedRuntime.make(isProduction ? ConsoleTelemetry.layer() : NoTelemetryLive)).type.toBe<
      ManagedRuntime.ManagedRuntime<Telemetry, never>
    >()
  })
})
