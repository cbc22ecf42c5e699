import type * as FileSystem from "@effect/platform/FileSystem"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { MetricRecord, SpanNode, SpanRecord, SpanStart, TelemetryOpenError } from "loom-telemetry"
import {
  ConsoleTelemetry,
  ConsoleTelemetryLive,
  FileTelemetry,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  NoTelemetryLive,
  Telemetry
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { describe, expect, it } from "tstyche"

class Vendor extends Effect.Service<Vendor>()("Vendor", { succeed: { key: "" } }) {}
class VendorError {
  readonly _tag = "VendorError"
}

describe("sinks", () => {
  it("provide Telemetry and their own service", () => {
    expect(NoTelemetryLive).type.toBe<Layer.Layer<Telemetry>>()
    expect(ConsoleTelemetryLive).type.toBe<Layer.Layer<Telemetry>>()
    expect(ConsoleTelemetry.layer({ order: "tree" })).type.toBe<Layer.Layer<Telemetry | ConsoleTelemetry>>()
    expect(InMemoryTelemetryLive).type.toBe<Layer.Layer<Telemetry | InMemoryTelemetry>>()
    expect(InMemoryTelemetry.layer({ capacity: 10 })).type.toBe<Layer.Layer<Telemetry | InMemoryTelemetry>>()
    expect(TestTelemetry.layer).type.toBe<Layer.Layer<Telemetry | InMemoryTelemetry | TestTelemetry>>()
  })

  it("have typed requirements and errors", () => {
    expect(FileTelemetry.layer("./traces.jsonl")).type.toBe<
      Layer.Layer<Telemetry | FileTelemetry, TelemetryOpenError, FileSystem.FileSystem>
    >()
    expect(Telemetry.layerConfig).type.toBe<
      Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem.FileSystem>
    >()
    expect(Telemetry.layerSpec("memory")).type.toBe<
      Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem.FileSystem>
    >()
  })

  it("keep the error and the requirements of a custom sink, except the scope", () => {
    expect(Telemetry.layerSink({ name: "custom" })).type.toBe<Layer.Layer<Telemetry>>()
    const sink = Effect.gen(function*() {
      yield* Vendor
      yield* Effect.addFinalizer(() => Effect.void)
      return yield* Effect.as(Effect.fail(new VendorError()), { name: "vendor" })
    })
    expect(Telemetry.layerSinkScoped(sink)).type.toBe<Layer.Layer<Telemetry, VendorError, Vendor>>()
  })

  it("require what their effects require", () => {
    const sink = Telemetry.sinkFromEffect({ onSpanEnd: () => Effect.asVoid(Vendor) })
    expect(sink).type.toBeAssignableTo<Effect.Effect<unknown, never, Vendor | Scope.Scope>>()
    expect(Telemetry.layerSinkScoped(sink)).type.toBe<Layer.Layer<Telemetry, never, Vendor>>()
  })

  it("must have a name, and hooks of the right type", () => {
    expect(Telemetry.layerSink).type.not.toBeCallableWith({})
    expect(Telemetry.layerSink).type.toBeCallableWith({ name: "a", onSpanEnd: (_: SpanRecord) => {} })
    expect(Telemetry.layerSink).type.not.toBeCallableWith({ name: "a", onMetric: (_: SpanRecord) => {} })
    const counted = new Map<string, number>()
    expect(Telemetry.layerSink).type.toBeCallableWith({ name: "a", onSpanEnd: () => counted.set("a", 1) })
    expect(Telemetry.layerSink).type.not.toBeCallableWith({ name: "a", onSpanEnd: () => Effect.void })
    expect(Telemetry.layerSink).type.not.toBeCallableWith({ name: "a", onSpanEnd: () => Promise.resolve() })
    expect(Telemetry.layerSink).type.not.toBeCallableWith({ name: "a" }, { onSinkError: "ignore" })
  })
})

describe("MultiTelemetry.layer", () => {
  it("has the union of all outputs, errors and requirements", () => {
    expect(MultiTelemetry.layer([ConsoleTelemetry.layer()])).type.toBe<Layer.Layer<Telemetry | ConsoleTelemetry>>()
    expect(MultiTelemetry.layer([ConsoleTelemetry.layer(), InMemoryTelemetry.layer(), NoTelemetryLive])).type.toBe<
      Layer.Layer<Telemetry | ConsoleTelemetry | InMemoryTelemetry>
    >()
    expect(MultiTelemetry.layer([InMemoryTelemetryLive, FileTelemetry.layer("a.jsonl"), TestTelemetry.layer])).type
      .toBe<
        Layer.Layer<
          Telemetry | InMemoryTelemetry | FileTelemetry | TestTelemetry,
          TelemetryOpenError,
          FileSystem.FileSystem
        >
      >()
  })

  it("also has those of a nested one", () => {
    const vendor = null as unknown as Layer.Layer<Telemetry, VendorError, Vendor>
    const inner = MultiTelemetry.layer([vendor, FileTelemetry.layer("a.jsonl")])
    expect(MultiTelemetry.layer([InMemoryTelemetryLive, inner], { onSinkError: "report" })).type.toBe<
      Layer.Layer<
        Telemetry | InMemoryTelemetry | FileTelemetry,
        TelemetryOpenError | VendorError,
        FileSystem.FileSystem | Vendor
      >
    >()
  })

  it("accepts a list of unknown length if it is not empty", () => {
    const some = null as unknown as readonly [Layer.Layer<Telemetry>, ...ReadonlyArray<Layer.Layer<Telemetry>>]
    const perhaps = null as unknown as ReadonlyArray<Layer.Layer<Telemetry>>
    expect(MultiTelemetry.layer(some)).type.toBe<Layer.Layer<Telemetry>>()
    expect(MultiTelemetry.layer).type.not.toBeCallableWith(perhaps)
  })

  it("rejects an empty list, and layers that are not sinks", () => {
    expect(MultiTelemetry.layer).type.not.toBeCallableWith([])
    expect(MultiTelemetry.layer).type.not.toBeCallableWith([Vendor.Default])
    expect(MultiTelemetry.layer).type.not.toBeCallableWith([InMemoryTelemetryLive, Vendor.Default])
    expect(MultiTelemetry.layer).type.not.toBeCallableWith(InMemoryTelemetryLive)
    expect(MultiTelemetry.layer).type.not.toBeCallableWith([InMemoryTelemetryLive], { onSinkError: "ignore" })
  })
})

describe("recorded data", () => {
  it("is read from InMemoryTelemetry and TestTelemetry with effects", () => {
    const read = Effect.flatMap(
      InMemoryTelemetry,
      (memory) => Effect.all({ spans: memory.spans, metrics: memory.metrics, open: memory.open, tree: memory.tree })
    )
    expect(read).type.toBe<
      Effect.Effect<
        {
          spans: ReadonlyArray<SpanRecord>
          metrics: ReadonlyArray<MetricRecord>
          open: ReadonlyArray<SpanStart>
          tree: ReadonlyArray<SpanNode>
        },
        never,
        InMemoryTelemetry
      >
    >()
    expect(Effect.flatMap(TestTelemetry, (test) => test.spans)).type.toBe<
      Effect.Effect<ReadonlyArray<SpanRecord>, never, TestTelemetry>
    >()
  })

  it("is read-only", () => {
    const record = null as unknown as SpanRecord
    expect(record).type.toBeAssignableTo<{ readonly outcome: "success" | "failure" | "interrupted" }>()
    expect<Pick<SpanRecord, "name">>().type.toBe<{ readonly name: string }>()
    expect<Pick<SpanRecord, "parentSpanId">>().type.toBe<{ readonly parentSpanId: string | null }>()
    expect<Pick<MetricRecord, "spanId">>().type.toBe<{ readonly spanId?: string }>()
  })
})

describe("providing a layer", () => {
  it("removes exactly Telemetry from the requirements of a program", () => {
    const program = Effect.zipRight(Telemetry, Effect.flatMap(Vendor, () => Effect.fail(new VendorError())))
    expect(Effect.provide(program, ConsoleTelemetryLive)).type.toBe<Effect.Effect<never, VendorError, Vendor>>()
  })
})
