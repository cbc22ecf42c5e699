/**
 * Scores an answer: by a rule when it is given, and by a person afterwards.
 *
 * npx tsx examples/19-scores.ts
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"

const answer = (question: string) =>
  Effect.gen(function*() {
    const text = "Blue."
    yield* Telemetry.score("brevity", { value: text.length <= 20 ? 1 : 0, explanation: `${text.length} characters` })
    // The client gets the trace id with the answer, and sends it back with the user's feedback.
    const { traceId } = yield* Effect.currentSpan
    return { text, traceId }
  }).pipe(Telemetry.withSpan("answer", { question }))

const program = Effect.gen(function*() {
  const { traceId } = yield* answer("What color is the sky?")
  yield* Telemetry.feedback({ traceId, thumbs: "down", comment: "Not at night" })

  const memory = yield* InMemoryTelemetry
  for (const { explanation, label, name, source, value } of yield* memory.scores) {
    console.log(`${name}: ${value} ${label ?? "–"} (${source}) ${explanation}`)
  }
})

Effect.runPromise(Effect.provide(program, InMemoryTelemetryLive))
