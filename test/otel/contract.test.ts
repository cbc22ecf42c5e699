/**
 * The sink contract for a fan-out in which OpenTelemetry creates the spans: the exporter has every span with the ids of the memory sink.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MultiTelemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import type { MakeSubject } from "../contract/subject.js"
import { inMemory } from "../contract/subjects.js"
import { telemetryContract } from "../contract/telemetryContract.js"
import { identityOf, inMemoryProviders, recordedIdentity } from "./exported.js"

const withOTel: MakeSubject = Effect.gen(function*() {
  const memory = yield* inMemory
  const providers = inMemoryProviders()
  return {
    layer: MultiTelemetry.layer([memory.layer, OTelTelemetry.fromProviders(providers)]),
    recorded: Effect.tap(
      memory.recorded,
      ({ spans }) => Effect.sync(() => expect(providers.spans().map(identityOf)).toEqual(spans.map(recordedIdentity)))
    )
  }
})

telemetryContract("MultiTelemetry of memory and OpenTelemetry", withOTel)
