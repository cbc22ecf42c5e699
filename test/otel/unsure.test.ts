/**
 * Spans that may not have arrived are not counted as written: a response that is not OTLP, a sink without an exporter.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { loadWires } from "../../src/otel/delivery/wires.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("a response", () => {
  it.each(["", "{}", " {\"partialSuccess\":{}}"])("%j is accepted as OTLP in JSON", async (text) => {
    const { logs, metrics, spans } = await loadWires("http/json")
    expect([spans, metrics, logs].map((wire) => wire.refused(bytes(text)))).toEqual([undefined, undefined, undefined])
  })

  it.each(["<html>Sign in</html>", "\n<html>Sign in</html>", "\n\n\n<p>", "OK", "null", "[]", "\"ok\"", "{", "1"])(
    "%j is not accepted as OTLP in JSON",
    async (text) => {
      for (const protocol of ["http/json", "http/protobuf"] as const) {
        const { logs, metrics, spans } = await loadWires(protocol)
        for (const wire of [spans, metrics, logs]) {
          expect(() => wire.refused(bytes(text))).toThrow()
        }
      }
    }
  )

  it("without a body is accepted as OTLP in protobuf", async () => {
    const { spans } = await loadWires("http/protobuf")
    expect(spans.refused(new Uint8Array())).toBeUndefined()
  })
})

describe("a sink without an exporter", () => {
  it.effect("logs one warning and counts its spans", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const stats = yield* Effect.gen(function*() {
        yield* Effect.repeatN(Effect.withSpan(Effect.void, "work"), 4)
        yield* Telemetry.flush
        return yield* Effect.flatMap(OTelTelemetry, (sink) => sink.stats)
      }).pipe(Effect.provide(OTelTelemetry.layer().pipe(Layer.provideMerge(logger))))
      expect(stats).toMatchObject({ accepted: 5, written: 0, queued: 0, dropped: { no_exporter: 5 } })
      expect(warnings).toHaveLength(1)
      expect(String(warnings[0])).toContain("neither an exporter nor a span processor")
    }))
})
