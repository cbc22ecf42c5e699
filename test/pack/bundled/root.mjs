/** Records through two sinks at once, with a password to redact. */
import { Effect } from "effect"
import {
  ConsoleTelemetryLive,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  Telemetry
} from "loom-telemetry"

const program = Effect.gen(function*() {
  yield* Telemetry.emitMetric("logins", 1).pipe(
    Telemetry.withSpan("login", { password: "open sesame" }),
    Telemetry.withSpan("request")
  )
  const memory = yield* InMemoryTelemetry
  const [login, request] = yield* memory.spans
  const [logins] = yield* memory.metrics
  return [request.name, login.name, login.attributes.password, logins.name, login.parentSpanId === request.spanId]
})

const Sinks = MultiTelemetry.layer([ConsoleTelemetryLive, InMemoryTelemetryLive])

Effect.runPromise(program.pipe(Effect.provide(Sinks))).then((found) => console.log(found.join(" ")))
