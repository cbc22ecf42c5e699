/**
 * A malformed variable is a `ConfigError` that names it; unset and empty ones have the default of the specification.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it, vi } from "@effect/vitest"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Telemetry } from "loom-telemetry"
import { layerConfig, layerSpec, OTelLive } from "loom-telemetry/otel"
import { settings } from "../../src/otel/settings/settings.js"
import { type Variables, variables } from "./live.js"
import { receiver } from "./receiver.js"

const read = (given: Variables) => Effect.provide(settings, variables(given))

const built = (given: Variables) =>
  Effect.either(Effect.scoped(Layer.build(OTelLive).pipe(Effect.provide(variables(given)))))

const malformed: ReadonlyArray<readonly [variable: string, value: string, remedy: string]> = [
  ["OTEL_SDK_DISABLED", "yes", "true or false"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "http"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://example.com", "http"],
  ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces", "http"],
  ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "not an address", "http"],
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "pigeon", "http/protobuf, http/json, grpc"],
  ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http", "http/protobuf"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "authorization", "key=value"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "a=%E0%A4%A", "percent"],
  ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "=x", "key=value"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "a%20b=c", "HTTP does not allow"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "a=b%0Ac", "HTTP does not allow"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "price=5%E2%82%AC", "HTTP does not allow"],
  ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "whole number"],
  ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "0", "1 or more"],
  ["OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip, none"],
  ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "both", "cumulative, delta, lowmemory"],
  ["OTEL_TRACES_EXPORTER", "zipkin", "otlp, none"],
  ["OTEL_METRICS_EXPORTER", "prometheus", "otlp, none"],
  ["OTEL_LOGS_EXPORTER", "file", "otlp, console, none"],
  ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "/v1/logs", "http"],
  ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "udp", "http/protobuf"],
  ["OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x", "key=value"],
  ["OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "1s", "whole number"],
  ["OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "br", "gzip, none"],
  ["OTEL_BLRP_SCHEDULE_DELAY", "soon", "whole number"],
  ["OTEL_BLRP_EXPORT_TIMEOUT", "0", "1 or more"],
  ["OTEL_BLRP_MAX_QUEUE_SIZE", "-5", "1 or more"],
  ["OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "0", "1 or more"],
  ["OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "x", "whole number"],
  ["OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1.5", "whole number"],
  ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true", "NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT"],
  ["LOOM_OTLP_EFFECT_LOGS", "1", "true or false"],
  ["OTEL_RESOURCE_ATTRIBUTES", "team", "key=value"],
  ["OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"],
  ["OTEL_TRACES_SAMPLER_ARG", "1.5", "from 0 to 1"],
  ["OTEL_TRACES_SAMPLER_ARG", "half", "from 0 to 1"],
  ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "-1", "whole number"],
  ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", "whole number"],
  ["OTEL_METRIC_EXPORT_INTERVAL", "0", "1 or more"],
  ["OTEL_BSP_SCHEDULE_DELAY", "soon", "whole number"],
  ["OTEL_BSP_EXPORT_TIMEOUT", "30s", "whole number"],
  ["OTEL_BSP_MAX_QUEUE_SIZE", "0", "1 or more"],
  ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1e3", "whole number"]
]

describe("a malformed variable", () => {
  for (const [variable, value, remedy] of malformed) {
    it.effect(`${variable}=${value} gives an error with its name and the allowed values`, () =>
      Effect.gen(function*() {
        const error = Either.getOrThrow(Either.flip(yield* built({ [variable]: value })))
        expect(ConfigError.isConfigError(error)).toBe(true)
        expect(String(error)).toContain(variable)
        expect(String(error)).toContain(remedy)
        // Even if both signals read it.
        expect(String(error).split(variable)).toHaveLength(3)
        // Headers contain credentials, so their values are not shown.
        expect(String(error).includes(JSON.stringify(value))).toBe(!variable.endsWith("HEADERS"))
      }))
  }

  it.effect("fails the program that provides the layer before it runs", () =>
    Effect.gen(function*() {
      let ran = false
      const exit = yield* Effect.sync(() => ran = true).pipe(
        Effect.provide(OTelLive),
        Effect.provide(variables({ OTEL_EXPORTER_OTLP_TIMEOUT: "x" })),
        Effect.exit
      )
      expect([ran, Exit.isFailure(exit)]).toEqual([false, true])
    }))
})

describe("an unset or empty variable", () => {
  it.effect("is the default", () =>
    Effect.gen(function*() {
      const unset = yield* read({})
      const names = malformed.map(([variable]) => variable)
      expect(yield* read(Object.fromEntries(names.map((variable) => [variable, ""])))).toEqual(unset)
      expect(yield* read(Object.fromEntries(names.map((variable) => [variable, "  "])))).toEqual(unset)
    }))

  it.effect("has the default of the specification, except for a larger queue", () =>
    Effect.gen(function*() {
      expect(yield* read({})).toMatchObject({
        resource: {},
        traces: {
          isOn: true,
          endpoint: "http://localhost:4318/v1/traces",
          protocol: "http/protobuf",
          headers: {},
          timeout: 10_000,
          isCompressed: false
        },
        metrics: { isOn: true, endpoint: "http://localhost:4318/v1/metrics" },
        sampler: "parentbased_always_on",
        samplerRatio: 1,
        temporality: "cumulative",
        metricInterval: 60_000,
        scheduleDelay: 5000,
        exportTimeout: 30_000,
        maxQueueSize: 16_384,
        maxExportBatchSize: 512,
        logs: { isOn: true, exporter: "otlp", endpoint: "http://localhost:4318/v1/logs", protocol: "http/protobuf" },
        logBatch: { scheduleDelay: 1000, exportTimeout: 30_000, maxQueueSize: 2048, maxExportBatchSize: 512 },
        spanLimits: {},
        logLimits: {},
        effectLogs: false
      })
    }))

  it.effect("of a signal takes precedence over the common one", () =>
    Effect.gen(function*() {
      const { metrics, traces } = yield* read({
        OTEL_EXPORTER_OTLP_TIMEOUT: "1",
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/protobuf"
      })
      expect([traces.timeout, metrics.timeout]).toEqual([2, 1])
      expect([traces.protocol, metrics.protocol]).toEqual(["http/json", "http/protobuf"])
    }))

  it.effect("of spans or log records takes precedence over the limit of all attributes", () =>
    Effect.gen(function*() {
      const { logLimits, spanLimits } = yield* read({
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "1",
        OTEL_ATTRIBUTE_COUNT_LIMIT: "2",
        OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "3",
        OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "4"
      })
      expect(spanLimits).toEqual({ attributeValueLengthLimit: 3, attributeCountLimit: 2 })
      expect(logLimits).toEqual({ attributeValueLengthLimit: 1, attributeCountLimit: 4 })
    }))
})

describe("the path of a signal", () => {
  it.effect.each([
    ["http://h:1", "http://h:1/v1/traces"],
    ["http://h:1/", "http://h:1/v1/traces"],
    ["http://h:1/otlp", "http://h:1/otlp/v1/traces"],
    ["http://h:1/otlp//", "http://h:1/otlp/v1/traces"],
    ["http://h:1/otlp/?key=a", "http://h:1/otlp/v1/traces?key=a"],
    ["http://user:word@h:1", "http://user:word@h:1/v1/traces"]
  ])("is appended to that of %s", ([base, expected]) =>
    Effect.gen(function*() {
      const { traces } = yield* read({ OTEL_EXPORTER_OTLP_ENDPOINT: base! })
      expect(traces.endpoint).toBe(expected)
    }))

  it.effect("is not appended to the signal's own endpoint", () =>
    Effect.gen(function*() {
      const { traces } = yield* read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://h:1/otlp/" })
      expect(traces.endpoint).toBe("http://h:1/otlp/")
    }))
})

describe("gRPC", () => {
  it.effect("uses the gRPC address, without a path", () =>
    Effect.gen(function*() {
      const { traces } = yield* read({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })
      expect(traces.endpoint).toBe("http://localhost:4317")
    }))

  it.scoped("without its exporters fails with an error that names the package to install", () =>
    Effect.gen(function*() {
      vi.doMock("@opentelemetry/exporter-trace-otlp-grpc", () => {
        throw new Error("Cannot find package '@opentelemetry/exporter-trace-otlp-grpc'")
      })
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.doUnmock("@opentelemetry/exporter-trace-otlp-grpc")))
      const error = Either.getOrThrow(Either.flip(yield* built({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })))
      expect(ConfigError.isConfigError(error)).toBe(true)
      expect(String(error)).toContain("OTEL_EXPORTER_OTLP_PROTOCOL")
      expect(String(error)).toContain("@opentelemetry/exporter-trace-otlp-grpc")
    }))
})

describe("a sink named otel", () => {
  const span = Telemetry.withSpan(Effect.void, "a")
  const under = (layer: typeof layerConfig, given: Variables) =>
    span.pipe(Effect.provide(layer), Effect.provide(NodeFileSystem.layer), Effect.provide(variables(given)))

  it.effect("is OTelLive in the layerSpec and the layerConfig of loom-telemetry/otel", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const where = { OTEL_EXPORTER_OTLP_ENDPOINT: running.url }
      yield* under(layerSpec("otel"), where)
      yield* under(layerConfig, { ...where, LOOM_TELEMETRY: "memory, otel" })
      expect(running.spanNames()).toEqual(["a", "a"])
    }).pipe(Effect.scoped))

  it.effect("is rejected by those of loom-telemetry, with an error that says where it is accepted", () =>
    Effect.gen(function*() {
      for (const layer of [Telemetry.layerSpec("otel"), Telemetry.layerConfig]) {
        const error = yield* Effect.flip(under(layer, { LOOM_TELEMETRY: "console,otel" }))
        expect(String(error)).toContain("loom-telemetry/otel")
      }
    }))

  it.effect("with an unknown name fails with an error that lists the allowed forms", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(under(layerSpec("jaeger"), {}))
      expect(String(error)).toContain("otel")
      expect(String(error)).toContain("file:PATH")
    }))
})
