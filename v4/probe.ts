import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import { Telemetry, InMemoryTelemetry } from "loom-telemetry"
Error.stackTraceLimit = 40
const { proxy, revoke } = Proxy.revocable({}, {}); revoke()
const body = Effect.fail(proxy)
const e = Effect.runSync(Effect.exit(Telemetry.withSpan(body, "x")).pipe(Effect.tap((inner) => Effect.sync(() => console.log("INNER", Exit.isFailure(inner) && Object.is(Cause.squash(inner.cause), proxy)))), Effect.provide(InMemoryTelemetry.layer())))
