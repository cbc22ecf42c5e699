/** Values that users of `loom-telemetry/testing` export without a type annotation. */
import { Effect } from "effect"
import { TestTelemetry } from "loom-telemetry/testing"

export const recording = TestTelemetry.layer
export const kit = Effect.map(TestTelemetry, (telemetry) => telemetry)
