import { OpenTelemetry } from "@ai-sdk/otel"
import { run } from "./vercel.mjs"

await run((ai) => ai.registerTelemetry(new OpenTelemetry()))
