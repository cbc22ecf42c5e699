/**
 * What does a measurement cost in memory? Against `counter.add` of the OpenTelemetry SDK, in `otel`.
 */
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { inLayer } from "../programs.js"

const measured = Telemetry.emitMetric("loom.tokens.input", 1, { model: "m", user_id: "alice", provider: "p" })

export const cases: Question["cases"] = {
  memory: () => inLayer(InMemoryTelemetry.layer({ capacity: 10_000 }), measured, 1)
}
