/** Sends a span over HTTP to a receiver in the same process. */
import { ConfigProvider, Effect, Layer } from "effect"
import { Telemetry } from "loom-telemetry"
import { OTelLive } from "loom-telemetry/otel"
import { startReceiver } from "../receiver.mjs"

const program = Effect.gen(function*() {
  const { close, texts, url } = yield* Effect.promise(startReceiver)
  const variables = new Map([["OTEL_EXPORTER_OTLP_ENDPOINT", url], ["OTEL_SERVICE_NAME", "bundled"]])
  const Sink = OTelLive.pipe(Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(variables))))
  yield* Effect.void.pipe(Telemetry.withSpan("order"), Effect.provide(Sink))
  close()
  return texts.get("/v1/traces").match(/bundled|order/g)
})

Effect.runPromise(program).then((found) => console.log(found.join(" ")))
