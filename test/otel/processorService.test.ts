/**
 * `TelemetrySpanProcessor`: the service it records with, and its failures.
 */
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileTelemetry, NoTelemetryLive, Telemetry, type TelemetryService } from "loom-telemetry"
import { TelemetrySpanProcessor } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { capturedWarnings, Journal } from "../sinks/recordingSinks.js"

describe("the processor's service", () => {
  it("may come from a layer, which is closed at shutdown", async () => {
    const folder = mkdtempSync(join(tmpdir(), "loom-processor-"))
    const path = join(folder, "traces.jsonl")
    const processor = await TelemetrySpanProcessor.fromLayer(FileTelemetry.layer(path))
    const provider = new BasicTracerProvider({ spanProcessors: [processor] })
    provider.getTracer("t").startSpan("call").end()
    await provider.shutdown()
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ kind: "span", name: "call" })
    rmSync(folder, { recursive: true })
  })

  it("may not come from a layer that cannot be built: fromLayer rejects with its error", async () => {
    await expect(TelemetrySpanProcessor.fromLayer(FileTelemetry.layer("/proc/nowhere/t.jsonl"))).rejects.toMatchObject({
      _tag: "TelemetryOpenError"
    })
  })

  it("may come from a program, and records nothing if the program's does not", async () => {
    const names: Array<string> = []
    const program = Effect.gen(function*() {
      const processor = new TelemetrySpanProcessor(yield* Telemetry)
      new BasicTracerProvider({ spanProcessors: [processor] }).getTracer("t").startSpan("call").end()
    })
    const sink = Telemetry.layerSink({ name: "names", onSpanEnd: ({ name }) => void names.push(name) })
    await Effect.runPromise(Effect.provide(program, sink))
    await Effect.runPromise(Effect.provide(program, NoTelemetryLive))
    expect(names).toEqual(["call"])
  })

  it("may come later from a function: a span that ends after that is recorded completely", async () => {
    const journal = new Journal()
    const made: { service?: TelemetryService } = {}
    const provider = new BasicTracerProvider({ spanProcessors: [new TelemetrySpanProcessor(() => made.service)] })
    const span = provider.getTracer("t").startSpan("call")
    provider.getTracer("t").startSpan("lost").end()
    made.service = (await makeTelemetry(journal.layer("sink"))).service
    span.end()
    expect(journal.of("sink")).toEqual(["start call", "end call success null"])
  })
})

describe("the processor", () => {
  it("never throws: with sinks that throw, a service that throws, or spans after shutdown", async () => {
    const [, logger] = capturedWarnings()
    const broken = await makeTelemetry(Layer.provideMerge(new Journal().breaking("sink", "onSpanEnd"), logger))
    const throwing = () => {
      throw new Error("no service")
    }
    for (const processor of [new TelemetrySpanProcessor(broken.service), new TelemetrySpanProcessor(throwing)]) {
      const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer("t")
      tracer.startSpan("call").end()
      const open = tracer.startSpan("open")
      await processor.forceFlush().catch(() => expect.unreachable())
      await processor.shutdown().catch(() => expect.unreachable())
      open.end()
      tracer.startSpan("late").end()
      await processor.shutdown()
    }
  })
})
