/**
 * The delivery of log records: exporters, limits, and that every record is counted.
 */
import { describe, expect, it, vi } from "@effect/vitest"
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs"
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Loom, Telemetry } from "loom-telemetry"
import {
  type ContentCapture,
  type LogRecord,
  OTelLive,
  type OTelOptions,
  type OTelStats,
  OTelTelemetry
} from "loom-telemetry/otel"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { inMemoryProviders } from "./exported.js"
import { droppedOf, live, variables } from "./live.js"
import { answering, type Behaviour, receiver } from "./receiver.js"
import { accountOf, asked, details, evaluation, late, logging, sent } from "./sentLogs.js"

describe("the exporter of log records", () => {
  it.effect("has its own endpoint, headers, compression and format", () =>
    Effect.gen(function*() {
      const own = yield* receiver()
      const { logs, requests } = yield* sent({
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${own.url}/here`,
        OTEL_EXPORTER_OTLP_HEADERS: "a=1",
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: "b=2",
        OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: "gzip",
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json"
      }, late)
      expect([logs, requests.map(({ path }) => path)]).toEqual([[], ["/v1/traces"]])
      const [request] = own.requests
      expect(request).toMatchObject({
        path: "/here",
        headers: { a: "1", b: "2", "content-encoding": "gzip", "content-type": "application/json" }
      })
      const [resource] = JSON.parse(request!.body.toString()).resourceLogs
      expect(resource.scopeLogs[0].logRecords.map((log: { eventName: string }) => log.eventName)).toEqual([
        evaluation,
        evaluation
      ])
    }).pipe(Effect.scoped))

  it.effect("writes JSON lines to standard output if it is console", () =>
    Effect.gen(function*() {
      const written: Array<string> = []
      const write = vi.spyOn(process.stdout, "write").mockImplementation(
        ((
          text: string,
          done: (error?: Error) => void
        ) => {
          written.push(text)
          done()
          return true
        }) as never
      )
      const { requests, stats } = yield* Effect.ensuring(
        sent({ OTEL_LOGS_EXPORTER: "console" }, late),
        Effect.sync(() => write.mockRestore())
      )
      const lines = written.join("").trimEnd().split("\n").filter((line) => line.includes(evaluation)).map((line) =>
        JSON.parse(line)
      )
      expect(lines).toMatchObject([{ event: evaluation, attributes: { "gen_ai.evaluation.name": "helpful" } }, {
        event: evaluation
      }])
      expect(requests.map(({ path }) => path)).toEqual(["/v1/traces"])
      expect(stats.written).toBe(3)
    }))

  it.effect("is omitted over gRPC if its package is not installed and no variable requests it", () =>
    Effect.gen(function*() {
      const { exit, stats } = yield* live(
        { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
        late
      )
      expect([Exit.isSuccess(exit), stats.dropped.no_logs]).toEqual([true, 2])
      const built = Effect.scoped(Layer.build(OTelLive)).pipe(Effect.provide(variables({
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
        OTEL_LOGS_EXPORTER: "otlp"
      })))
      expect(String(yield* Effect.flip(built))).toContain("@opentelemetry/exporter-logs-otlp-grpc")
    }))
})

const trace = "0af7651916cd43dd8448eb211c80319c"

/** Produces this many log records. */
const scores = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => Telemetry.scoreOf({ traceId: trace }, `score ${n}`, { value: n }),
    { discard: true }
  )

describe("every log record is counted", () => {
  const dropping = { OTEL_BSP_EXPORT_TIMEOUT: "1", OTEL_BLRP_EXPORT_TIMEOUT: "1" }
  const receivers: ReadonlyArray<
    readonly [what: string, Behaviour, Partial<OTelStats["dropped"]>, Partial<OTelStats>]
  > = [
    ["accepts them", answering(200), {}, { written: 10 }],
    ["refuses them", answering(404), { rejected: 10 }, { written: 0 }],
    ["is unavailable", answering(503), { rejected: 10 }, { written: 0 }],
    ["answers with a page", answering(200, { "content-type": "text/html" }, "<html>"), {}, { unsure: 10 }],
    [
      "refuses some",
      // `partial_success { rejected_log_records: 3, error_message: "no" }`
      answering(200, {}, Buffer.from([0x0a, 6, 0x08, 3, 0x12, 2, 0x6e, 0x6f]).toString("latin1")),
      { rejected: 3 },
      { written: 7 }
    ]
  ]
  for (const [what, behaviour, dropped, counts] of receivers) {
    it.effect(`if the receiver ${what}`, () =>
      Effect.gen(function*() {
        const { stats } = yield* sent(dropping, scores(10), behaviour)
        expect(stats).toMatchObject({ accepted: 10, queued: 0, ...counts, dropped })
        expect(droppedOf(stats)).toBe(Object.values(dropped).reduce((sum, count) => sum + count, 0))
      }))
  }

  it.effect("if the receiver refuses a single one", () =>
    Effect.gen(function*() {
      const { stats } = yield* sent({}, scores(16), (request, response, ...rest) =>
        answering(request.body.includes("score 11") ? 400 : 200)(request, response, ...rest))
      expect(stats).toMatchObject({ accepted: 16, written: 15, dropped: { rejected: 1 } })
    }))

  it.live("if the receiver never answers and the layer times out", () =>
    Effect.gen(function*() {
      const exporter = { export: () => {}, shutdown: () => Promise.resolve() }
      const [warnings, logger] = capturedWarnings()
      let stats: Effect.Effect<OTelStats> | undefined
      yield* Effect.flatMap(OTelTelemetry, (otel) => {
        stats = otel.stats
        return scores(3)
      }).pipe(
        Effect.provide(OTelTelemetry.layer({ logExporter: exporter, closeTimeout: "50 millis" })),
        Effect.provide(logger)
      )
      const read = yield* stats!
      expect(read).toMatchObject({ accepted: 3, dropped: { shutdown: 3 } })
      expect(accountOf(read)).toBe(0)
      expect(warnings.join()).toContain("3 undelivered log records")
    }))

  it.effect("if the queue is full", () =>
    Effect.gen(function*() {
      const batches: Array<number> = []
      let answer = () => {}
      const exporter = {
        export: (records: Array<LogRecord>, done: (result: { code: number }) => void) => {
          batches.push(records.length)
          answer = () => done({ code: 0 })
        },
        shutdown: () => Promise.resolve()
      }
      const options: OTelOptions = {
        logExporter: exporter,
        logBatch: { maxQueueSize: 5, maxExportBatchSize: 100 }
      }
      const [, logger] = capturedWarnings()
      const stats = yield* Effect.gen(function*() {
        yield* scores(8)
        const before = yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)
        answer()
        yield* Telemetry.flush
        return [before, yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)]
      }).pipe(Effect.provide(OTelTelemetry.layer(options)), Effect.provide(logger))
      expect(stats).toMatchObject([
        { accepted: 8, queued: 5, dropped: { queue_full: 3 } },
        { accepted: 8, written: 5, queued: 0, dropped: { queue_full: 3 } }
      ])
      expect(batches).toEqual([5])
    }))

  it.effect("and sent in batches of at most the configured size", () =>
    Effect.gen(function*() {
      const { batches } = yield* sent({ OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "4" }, scores(10))
      expect(batches.map(({ logs }) => logs.length).sort()).toEqual([2, 4, 4])
    }))

  it.live("and sent without a flush after the delay", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { exit } = yield* live(
        { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, OTEL_BLRP_SCHEDULE_DELAY: "20" },
        Effect.gen(function*() {
          yield* scores(2)
          while (running.logs().length === 0) {
            yield* Effect.sleep("5 millis")
          }
          return running.logs()[0]!.logs.length
        }).pipe(Effect.timeout("5 seconds"))
      )
      expect(yield* exit).toBe(2)
    }).pipe(Effect.scoped))

  it.effect("except those of spans that the SDK does not sample", () =>
    Effect.gen(function*() {
      const { logs, stats } = yield* sent({
        OTEL_TRACES_SAMPLER: "always_off",
        LOOM_OTLP_EFFECT_LOGS: "true",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "EVENT_ONLY"
      }, Effect.zipRight(logging, asked()))
      expect([logs, stats.accepted]).toEqual([[], 0])
    }))
})

describe("the limits of log records", () => {
  it.effect("truncate attributes", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent({
        OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: "5",
        OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "2"
      }, Telemetry.scoreOf({ traceId: trace }, "correctness", { value: 1 }))
      expect(logs[0]!.attributes).toEqual({
        "gen_ai.evaluation.name": "corre",
        "gen_ai.evaluation.score.value": 1
      })
    }))

  it.effect("apply in addition to those of records", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent(
        {},
        Telemetry.scoreOf({ traceId: trace }, "s", { value: 1, explanation: "x".repeat(9000) })
      )
      expect(String(logs[0]!.attributes["gen_ai.evaluation.explanation"]).length).toBeLessThan(8300)
    }))
})

describe("a custom logger provider", () => {
  it.effect("receives content, late scores and messages", () =>
    Effect.gen(function*() {
      const exporter = new InMemoryLogRecordExporter()
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      const providers = inMemoryProviders()
      const captureContent: ContentCapture = "EVENT_ONLY"
      const stats = yield* Effect.gen(function*() {
        yield* asked()
        yield* late
        yield* logging
        return yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)
      }).pipe(
        Effect.provide(
          OTelTelemetry.fromProviders({ ...providers, loggerProvider, captureContent, effectLogs: true })
        )
      )
      const records = exporter.getFinishedLogRecords()
      expect(records.map(({ body, eventName }) => eventName ?? body)).toEqual([
        details,
        evaluation,
        evaluation,
        "thinking",
        "failed with <redacted>"
      ])
      const model = providers.spans().find(({ name }) => name === "loom.model.stream")!.spanContext()
      expect(records[0]!.spanContext).toMatchObject({ traceId: model.traceId, spanId: model.spanId })
      expect(stats.accepted).toBe(0)
    }))

  it.effect("receives nothing for spans that are not sampled", () =>
    Effect.gen(function*() {
      const exporter = new InMemoryLogRecordExporter()
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      yield* Telemetry.annotate({ input_messages: "x" }).pipe(
        Loom.modelStream({ model: "m", provider: "p" }),
        Effect.provide(OTelTelemetry.fromProviders({
          ...inMemoryProviders({ sampler: new AlwaysOffSampler() }),
          loggerProvider,
          captureContent: "EVENT_ONLY"
        }))
      )
      expect(exporter.getFinishedLogRecords()).toEqual([])
    }))
})
