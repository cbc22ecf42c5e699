/**
 * Log records at a real Collector: content of model calls, a late score and a message, sent directly and through the Collectors of docs/scale.md.
 */
import { describe, expect, layer } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { InMemoryTelemetry, MultiTelemetry, type SpanRecord, Telemetry } from "loom-telemetry"
import { type OTelStats, OTelTelemetry } from "loom-telemetry/otel"
import { type Collector, collector, recordingCollector } from "./collector.js"
import { describeWith } from "./installed.js"
import { logsIn, type OtlpLog } from "./otlp.js"
import { printTable } from "./printed.js"
import { eventually, freePort, NotInTimeError } from "./server.js"
import { sentBy, spanCount, supervise } from "./supervised.js"

interface Arrived {
  readonly spans: ReadonlyArray<SpanRecord>
  readonly stats: OTelStats
  readonly logs: ReadonlyArray<OtlpLog>
}

class Run extends Context.Tag("Run")<Run, Arrived>() {}

/** A gateway that sends to a sampling Collector, which sends to this one. */
const scaled = ({ endpoint }: Collector) =>
  Effect.gen(function*() {
    const grpcPort = yield* freePort
    yield* collector("scale", ({ folder, port }) => ({
      OTLP_ENDPOINT: `127.0.0.1:${port}`,
      OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpcPort}`,
      STORE_ENDPOINT: endpoint,
      TRACES_FILE: `${folder}/traces.jsonl`,
      BATCH_TIMEOUT: "200ms",
      OWN_METRICS: "none"
    }))
    const gateway = yield* collector("gateway", ({ port }) => ({
      OTLP_ENDPOINT: `127.0.0.1:${port}`,
      SAMPLERS: `[127.0.0.1:${grpcPort}]`,
      METRICS_ENDPOINT: `${endpoint}/v1/metrics`,
      OWN_METRICS: "none"
    }))
    return gateway.endpoint
  })

const ways: {
  readonly [way: string]: (store: Collector) => Effect.Effect<string, NotInTimeError, Scope.Scope>
} = {
  "directly": ({ endpoint }) => Effect.succeed(endpoint),
  "through the Collectors of docs/scale.md": scaled
}

/** One per model call, plus the score and the message. */
const logCount = 6 + 2

/** A run, a log message about it, and a later score. */
const judged = Effect.gen(function*() {
  yield* supervise("attributes")
  const { spanId, traceId } = yield* Effect.orDie(Effect.currentSpan).pipe(
    Effect.tap(() => Effect.logInfo("It is written.")),
    Telemetry.withSpan("print")
  )
  yield* Telemetry.scoreOf({ traceId, spanId }, "pretty", { value: 0.5, explanation: "too small" })
})

const runLive = (way: string) =>
  Layer.scoped(
    Run,
    Effect.gen(function*() {
      const store = yield* recordingCollector
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: yield* ways[way]!(store),
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "EVENT_ONLY",
        LOOM_OTLP_EFFECT_LOGS: "true",
        OTEL_SERVICE_NAME: "editorial"
      }
      const { sink, spans } = yield* Effect.gen(function*() {
        yield* judged
        return { spans: yield* (yield* InMemoryTelemetry).spans, sink: yield* OTelTelemetry }
      }).pipe(Effect.provide(MultiTelemetry.layer([InMemoryTelemetry.layer(), sentBy(env)])))
      const logs = yield* eventually(Effect.filterOrFail(
        Effect.sync(() => logsIn(`${store.folder}/logs.jsonl`)),
        (all) => all.length >= logCount,
        (all) => new NotInTimeError({ what: `${all.length} of ${logCount} log records have arrived` })
      ))
      return { spans, logs, stats: yield* sink.stats }
    })
  )

const named = (logs: ReadonlyArray<OtlpLog>, name: string) => logs.filter(({ eventName }) => eventName === name)

/** Texts and tool calls of messages, in the form of the conventions or of our records. */
const saidIn = (messages: unknown) =>
  JSON.parse(String(messages)).flatMap(({ content, parts = content }: any) => parts).map((part: any) => [
    part.text ?? part.content,
    part.name,
    part.arguments ?? part.params
  ])

describe.each(Object.keys(ways))(
  "%s",
  (way) =>
    describeWith("collector", "a Collector that is sent log records", () => {
      layer(runLive(way), { excludeTestServices: true, timeout: "2 minutes" })((it) => {
        it.effect("receives the content of each model call, with the ids of its span", () =>
          Effect.gen(function*() {
            const { logs, spans } = yield* Run
            const calls = spans.filter(({ name }) => name === "loom.model.stream")
            const contents = named(logs, "gen_ai.client.inference.operation.details")
            const shown = calls.map(({ spanId }) => contents.filter((log) => log.spanId === spanId))
            printTable(
              `The Collector, ${way}: content`,
              ["span", "gen_ai.output.messages"],
              shown.flat().map(({ attributes, spanId }) => [spanId, String(attributes["gen_ai.output.messages"])])
            )
            expect(shown.map((own) => own.length)).toEqual(calls.map(() => 1))
            expect(shown.flat().map(({ attributes }) => saidIn(attributes["gen_ai.output.messages"]))).toEqual(
              calls.map(({ attributes }) => saidIn(attributes["output_messages"]))
            )
          }))

        it.effect("receives a score given after its span ended, and a message logged inside it", () =>
          Effect.gen(function*() {
            const { logs, spans } = yield* Run
            const { spanId, traceId } = spans.find(({ name }) => name === "print")!
            expect(named(logs, "gen_ai.evaluation.result")).toMatchObject([{
              traceId,
              spanId,
              attributes: {
                "gen_ai.evaluation.name": "pretty",
                "gen_ai.evaluation.score.value": 0.5,
                "gen_ai.evaluation.explanation": "too small"
              },
              resource: { "service.name": "editorial" }
            }])
            expect(logs.filter(({ body }) => body?.stringValue === "It is written.")).toMatchObject([
              { traceId, spanId, severityText: "INFO" }
            ])
          }))

        it.effect("accepts everything sent, as the sink's counters confirm", () =>
          Effect.gen(function*() {
            const { logs, stats } = yield* Run
            expect(logs).toHaveLength(logCount)
            const accepted = spanCount + 1 + logCount
            expect(stats).toMatchObject({ accepted, written: accepted, queued: 0, lastError: null })
          }))
      })
    })
)
