/**
 * What does a span cost? Against Effect's own `withSpan` that records nothing, its stack off.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { attributes, body, effectSpan, inLayer, nested, type Wrap } from "../programs.js"

const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)
const bare: Wrap = (self, name) => Telemetry.withSpan(self, name)
const asPeopleWriteIt: Wrap = (self, name) => Effect.withSpan(self, name, { attributes })
const memory = InMemoryTelemetry.layer({ capacity: 10_000 })

export const cases: Question["cases"] = {
  effect: () => inLayer(Layer.empty, nested(effectSpan), 3),
  effectStack: () => inLayer(Layer.empty, nested(asPeopleWriteIt), 3),
  memory: () => inLayer(memory, nested(ours), 3),
  memoryNoAttributes: () => inLayer(memory, nested(bare), 3),
  none: () => inLayer(NoTelemetryLive, nested(ours), 3),
  library: () => inLayer(memory, nested(effectSpan), 3),
  sync: () => inLayer(Layer.empty, body, 1),
  noneMetric: () => inLayer(NoTelemetryLive, Effect.as(Telemetry.emitMetric("loom.tokens.input", 1, attributes), 1), 1)
}
