/**
 * How much does a line on the console cost? Compared with OpenTelemetry's ConsoleSpanExporter; the output of both is discarded.
 */
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { ConsoleTelemetry, Telemetry } from "loom-telemetry"
import type { SpanData } from "../../../src/records/SpanData.js"
import { shownSpan, spanLine } from "../../../src/records/terminal/recordLine.js"
import type { Case, Question } from "../Case.js"
import { attributes, body, inLayer, runs } from "../programs.js"

let written = 0
const stream = { write: (text: string) => (written += text.length) > 0 }
const one = Telemetry.withSpan(body, "loom.tool", attributes)

/** The exporter prints with `console.dir`. The output is discarded here, but it is still formatted. */
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

/** Formatting a finished span, without creating it. */
const line = (): Case => {
  const start = BigInt(1_769_860_800_000_000_000)
  const spans = Array.from({ length: runs }, (_, index) => {
    const ids = ["0af7651916cd43dd8448eb211c80319c", index.toString(16).padStart(16, "0"), null] as const
    const end = start + BigInt(1_834_500 + index * 1000)
    const [traceId, spanId, parentSpanId] = ids
    const span: SpanData = {
      name: "loom.tool",
      traceId,
      spanId,
      parentSpanId,
      start,
      end,
      sequence: index,
      attributes,
      outcome: "success",
      exception: null,
      events: undefined,
      links: undefined
    }
    return span
  })
  const style = { color: false, width: Infinity }
  return {
    batch: () => {
      for (const span of spans) {
        stream.write(spanLine(shownSpan(span), 0, style))
      }
    },
    ops: runs
  }
}

export const cases: Question["cases"] = {
  otel,
  ours: () => inLayer(ConsoleTelemetry.layer({ stream, color: false }), one, 1),
  line
}
