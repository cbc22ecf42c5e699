/**
 * Programs that produce log records, and what a receiver gets of them.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RunContext, Telemetry } from "loom-telemetry"
import type { CaptureContent } from "loom-telemetry/agent"
import { Agent } from "loom-telemetry/agent"
import type { OTelTelemetry } from "loom-telemetry/otel"
import { type OTelStats } from "loom-telemetry/otel"
import { saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { droppedOf, live, type Variables } from "./live.js"
import { answering, type Behaviour, receiver } from "./receiver.js"

export const details = "gen_ai.client.inference.operation.details"
export const evaluation = "gen_ai.evaluation.result"

export const accountOf = (stats: OTelStats) =>
  stats.accepted - stats.written - stats.unsure - stats.queued - stats.spooled - droppedOf(stats)

/** Runs a program with a new receiver, and checks that everything accepted is accounted for. */
export const sent = <A, E>(
  given: Variables,
  program: Effect.Effect<A, E, Telemetry | OTelTelemetry>,
  behaviour: Behaviour = answering(200)
) =>
  Effect.gen(function*() {
    const running = yield* receiver(behaviour)
    const finished = yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...given }, program)
    expect(accountOf(finished.stats)).toBe(0)
    return {
      ...finished,
      requests: running.requests,
      batches: running.logs(),
      logs: running.logs().flatMap(({ logs }) => logs),
      spans: running.spans().flatMap(({ spans }) => spans)
    }
  }).pipe(Effect.scoped)

export const asked = (captureContent?: CaptureContent) =>
  Agent.make({ name: "helper", instructions: "Be kind.", captureContent }).run("Who are you?", { sessionId: "s-1" })
    .pipe(
      scripted(saying("A helper."))
    )

/** A score of an ended span, and one of a whole trace. */
export const late = Effect.gen(function*() {
  const { spanId, traceId } = yield* Effect.orDie(Effect.currentSpan).pipe(Telemetry.withSpan("answer"))
  yield* Telemetry.scoreOf({ traceId, spanId }, "helpful", { value: 0.5, label: "so-so", explanation: "short" })
  yield* Telemetry.scoreOf({ traceId }, "whole", { value: 1, source: "human" })
  return { traceId, spanId }
})

export const logging = Effect.gen(function*() {
  yield* Effect.logDebug("below the level")
  yield* Effect.log("thinking").pipe(Effect.annotateLogs({ step: 1, apiKey: "hunter2" }))
  yield* Effect.logError("failed with sk-proj-Ab12Cd34Ef56")
}).pipe(Telemetry.withSpan("work"), Effect.zipRight(Effect.log("outside")), RunContext.with({ userId: "alice" }))
