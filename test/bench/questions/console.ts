/**
 * What does a line on the console cost? Against OpenTelemetry's ConsoleSpanExporter; both write into nothing.
 */
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { ConsoleTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import type { Case, Question } from "../Case.js"
import { attributes, body, inLayer, runs } from "../programs.js"

let written = 0
const stream = { write: (text: string) => (written += text.length) > 0 }
const one = Telemetry.withSpan(body, "loom.tool", attributes)

/** The exporter prints with `console.dir`: into nothing here, the formatting stays. */
const otel = (): Case => {
  const write = process.stdout.write.bind(process.stdout)
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] })
    .getTracer("bench")
  const silent = (text: string | Uint8Array): boolean => (written += text.length) > 0
  return {
    batch: () => {
      process.stdout.write = silent
      for (let run = 0; run < runs; run++) {
        tracer.startSpan("loom.tool", { attributes }).end()
      }
      process.stdout.write = write
    },
    ops: runs
  }
}

export const cases: Question["cases"] = {
  otel,
  ours: () => inLayer(ConsoleTelemetry.layer({ stream, color: false }), one, 1),
  none: () => inLayer(NoTelemetryLive, one, 1),
  memoryLike: () => inLayer(Telemetry.layerSink({ name: "nothing", onSpanStart: () => {} }), one, 1)
}
