/**
 * How much do additional sinks cost? Four memory sinks compared with one.
 */
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { attributes, inLayer, nested, type Wrap } from "../programs.js"

const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)
const memory = () => InMemoryTelemetry.layer({ capacity: 10_000 })

export const cases: Question["cases"] = {
  one: () => inLayer(memory(), nested(ours), 3),
  four: () => inLayer(MultiTelemetry.layer([memory(), memory(), memory(), memory()]), nested(ours), 3)
}
