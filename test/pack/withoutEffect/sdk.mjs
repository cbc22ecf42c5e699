// Spans of an OpenTelemetry SDK between spans of ours.
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { ConsoleTelemetryLive, FileTelemetry, MultiTelemetry } from "loom-telemetry"
import { OTelTelemetry, TelemetrySpanProcessor } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"

const made = {}
const processor = new TelemetrySpanProcessor(() => made.telemetry?.service)
const tracerProvider = new NodeTracerProvider({ spanProcessors: [processor] })
const Otel = OTelTelemetry.fromProviders({ tracerProvider })
const sinks = MultiTelemetry.layer([ConsoleTelemetryLive, FileTelemetry.layer("./sdk.jsonl"), Otel])
const telemetry = made.telemetry = await makeTelemetry(sinks)

await telemetry.withSpan("answer", () =>
  tracerProvider.getTracer("sdk").startActiveSpan("generate", async (span) => {
    await telemetry.withSpan("tool", async () => 5)
    span.end()
  }))
await telemetry.close()
