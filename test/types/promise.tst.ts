/**
 * Signatures of `loom-telemetry/promise`.
 */
import * as Effect from "effect/Effect"
import { ConsoleTelemetryLive, InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelLive } from "loom-telemetry/otel"
import { makeTelemetry, type PromiseTelemetry } from "loom-telemetry/promise"
import type { IncomingHttpHeaders } from "node:http"
import { describe, expect, it } from "tstyche"

declare const telemetry: PromiseTelemetry<Telemetry>

describe("makeTelemetry", () => {
  it("returns a promise of telemetry, with what the layer provides", () => {
    expect(makeTelemetry("console")).type.toBe<Promise<PromiseTelemetry<Telemetry>>>()
    expect(makeTelemetry(ConsoleTelemetryLive)).type.toBeAssignableTo<Promise<PromiseTelemetry<Telemetry>>>()
    expect(makeTelemetry(InMemoryTelemetryLive)).type.toBeAssignableTo<
      Promise<PromiseTelemetry<Telemetry | InMemoryTelemetry>>
    >()
    expect(makeTelemetry).type.toBeCallableWith(OTelLive)
    expect(makeTelemetry("console")).type.not.toHaveProperty("withSpan")
  })
})

describe("operations", () => {
  it("return what their functions return", () => {
    expect(telemetry.withSpan("a", () => 1)).type.toBe<number>()
    expect(telemetry.withSpan("a", { b: 1 }, async () => "c")).type.toBe<Promise<string>>()
    expect(telemetry.withRun({ userId: "u" }, () => true as const)).type.toBe<true>()
    expect(telemetry.withSpanStream("a", async function*() {
      yield 1
    })).type.toBe<AsyncGenerator<number, void, undefined>>()
  })

  it("accept the headers of Node and of fetch", () => {
    const body = () => 0
    expect(telemetry.continueTrace).type.toBeCallableWith({} as IncomingHttpHeaders, body)
    expect(telemetry.continueTrace).type.toBeCallableWith(new Headers(), body)
    expect(telemetry.continueTrace).type.toBeCallableWith({ traceparent: "t" }, body)
  })

  it("run effects that require no more than the layer provides", () => {
    expect(telemetry.runPromise(Effect.succeed(1))).type.toBe<Promise<number>>()
    expect(telemetry.runPromise).type.toBeCallableWith(Effect.map(Telemetry, ({ sinks }) => sinks))
    expect(telemetry.runPromise).type.not.toBeCallableWith(InMemoryTelemetry)
  })
})
