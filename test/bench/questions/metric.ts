/**
 * How much do a measurement and a score cost in memory? Compared with `counter.add` of the OpenTelemetry SDK, in `otel`.
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { inLayer } from "../programs.js"

/** Records per span: a score needs a span, whose cost must not count. */
const inOneSpan = 100

const measured = Telemetry.emitMetric("loom.tokens.input", 1, { model: "m", user_id: "alice", provider: "p" })

const judged = Telemetry.score("loom.tokens.input", {
  value: 1,
  attributes: { model: "m", user_id: "alice", provider: "p" }
}).pipe((score) => Effect.repeatN(score, inOneSpan - 1), Telemetry.withSpan("judged"))
const measuredInSpan = measured.pipe((metric) => Effect.repeatN(metric, inOneSpan - 1), Telemetry.withSpan("judged"))

export const cases: Question["cases"] = {
  memory: () => inLayer(InMemoryTelemetry.layer({ capacity: 10_000 }), measured, 1),
  inSpan: () => inLayer(InMemoryTelemetry.layer({ capacity: 10_000 }), measuredInSpan, inOneSpan),
  score: () => inLayer(InMemoryTelemetry.layer({ capacity: 10_000 }), judged, inOneSpan)
}
