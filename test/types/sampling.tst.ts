import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Layer from "effect/Layer"
import type { FileTelemetry as File, InMemoryTelemetry, Telemetry, TelemetryOpenError } from "loom-telemetry"
import {
  FileTelemetry,
  FilteredTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  NoTelemetryLive,
  SampledTelemetry
} from "loom-telemetry"
import { describe, expect, it } from "tstyche"
import { accepts } from "./accepts.js"

const file = FileTelemetry.layer("./traces.jsonl")

describe("decorators", () => {
  it("have the outputs, errors and requirements of their sink", () => {
    expect(FilteredTelemetry.layer(NoTelemetryLive, () => true)).type.toBe<Layer.Layer<Telemetry>>()
    expect(FilteredTelemetry.layer(file, ({ name }) => name === "a")).type.toBe<
      Layer.Layer<Telemetry | File, TelemetryOpenError, FileSystem.FileSystem>
    >()
    expect(SampledTelemetry.head(file, { ratio: 0.1 })).type.toBe<
      Layer.Layer<Telemetry | File | SampledTelemetry, TelemetryOpenError, FileSystem.FileSystem>
    >()
    expect(SampledTelemetry.tail(MultiTelemetry.layer([InMemoryTelemetryLive, file]), { slowerThan: "1 second" })).type
      .toBe<
        Layer.Layer<
          Telemetry | InMemoryTelemetry | File | SampledTelemetry,
          TelemetryOpenError,
          FileSystem.FileSystem
        >
      >()
  })

  it("accept only sink layers, and require a ratio for a head sampler", () => {
    expect(accepts(FilteredTelemetry.layer)).type.not.toBeCallableWith(SampledTelemetry, () => true)
    expect(accepts(SampledTelemetry.head)).type.not.toBeCallableWith(NoTelemetryLive, {})
    expect(accepts(SampledTelemetry.tail)).type.toBeCallableWith(NoTelemetryLive)
  })
})
